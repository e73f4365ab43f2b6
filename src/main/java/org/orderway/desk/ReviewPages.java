package org.orderway.desk;

import java.util.Map;
import org.orderway.fraud.Reviews;
import org.orderway.routes.Doors;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Payments that wait for a person's decision. */
@Controller
@RequestMapping("/desk/reviews")
class ReviewPages {

    private static final int MOST = 50;

    private final Reviews reviews;
    private final Doors doors;

    ReviewPages(Reviews reviews, Doors doors) {
        this.reviews = reviews;
        this.doors = doors;
    }

    @GetMapping
    String list(Model model) {
        model.addAllAttributes(reviews.list(Map.of("limit", MOST)));
        return "desk/reviews";
    }

    @PostMapping("/{order}/approve")
    String approve(
            @PathVariable String order,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        Reviews.Done done = reviews.approve(order, Requests.decision(visitor, reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "The payment is taken now.");
        return "redirect:/desk/reviews";
    }

    @PostMapping("/{order}/decline")
    String decline(
            @PathVariable String order,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        Reviews.Done done = reviews.decline(order, Requests.decision(visitor, reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "The payment is refused, and the order with it.");
        return "redirect:/desk/reviews";
    }
}
