package org.orderway.desk;

import java.util.List;
import java.util.Locale;
import org.orderway.notification.Mails;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The mails that were caught instead of delivered. */
@Controller
@RequestMapping("/desk/mails")
class MailPages {

    private static final int MOST = 50;

    private final Mails mails;

    MailPages(Mails mails) {
        this.mails = mails;
    }

    @GetMapping
    String list(@RequestParam(defaultValue = "") String q, Model model) {
        String sought = q.strip().toLowerCase(Locale.ROOT);
        List<Mails.CaughtMail> found;
        try {
            found = mails.list().stream()
                    .filter(mail -> (mail.to() + " " + mail.subject())
                            .toLowerCase(Locale.ROOT)
                            .contains(sought))
                    .limit(MOST)
                    .toList();
        } catch (Mails.NoCaughtMails delivered) {
            found = null;
        }
        model.addAttribute("q", q.strip());
        model.addAttribute("mails", found);
        return "desk/mails";
    }
}
