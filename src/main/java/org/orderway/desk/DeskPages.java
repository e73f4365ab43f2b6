package org.orderway.desk;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** The overview: whether anything is wrong, what, since when, and what can be done. */
@Controller
@RequestMapping("/desk")
class DeskPages {

    private final Overview overview;

    DeskPages(Overview overview) {
        this.overview = overview;
    }

    @GetMapping
    String overview(Model model) {
        model.addAttribute("now", overview.now());
        return "desk/overview";
    }

    /** The part of the page that renews itself. */
    @GetMapping("/now")
    String now(Model model) {
        model.addAttribute("now", overview.now());
        return "desk/overview :: now";
    }
}
