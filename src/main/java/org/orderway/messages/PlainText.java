package org.orderway.messages;

import org.springframework.web.util.HtmlUtils;

/** Text that somebody wrote, on its way into a mail: whatever stands in it is text there, too. */
public final class PlainText {

    private PlainText() {}

    /** The same in HTML, line by line. */
    public static String html(String text) {
        return "<p>" + HtmlUtils.htmlEscape(text, "UTF-8").replaceAll("\\R", "<br>") + "</p>";
    }
}
