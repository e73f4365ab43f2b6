package org.orderway.desk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.orderway.routes.RoleSwitch;
import org.orderway.routes.RouteGate;
import org.orderway.routes.RouteHistory;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The files of routes: which version of them is at work, what is wrong with those that are not, and the way back. And the roles. */
@Controller
@RequestMapping("/desk/routes")
class RoutePages {

    private static final long MOST = 50;

    private final RouteGate gate;
    private final RouteHistory history;
    private final RoleSwitch roles;

    RoutePages(RouteGate gate, RouteHistory history, RoleSwitch roles) {
        this.gate = gate;
        this.history = history;
        this.roles = roles;
    }

    @GetMapping
    String show(Model model) {
        model.addAttribute("now", gate.report());
        model.addAttribute("roles", roles.report().roles());
        model.addAllAttributes(history.list(Map.of("limit", MOST)));
        return "desk/routes";
    }

    /** The part of the page that renews itself. */
    @GetMapping("/now")
    String now(Model model) {
        model.addAttribute("now", gate.report());
        return "desk/routes :: now";
    }

    @PostMapping("/apply")
    String apply(
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String confirm,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        ObjectNode decision = Requests.decision(visitor, reason);
        if (!confirm.isEmpty()) {
            decision.put("confirm", confirm);
        }
        then.addFlashAttribute("told", gate.apply(decision).says());
        return "redirect:/desk/routes";
    }

    @PostMapping("/versions/{version}/rollback")
    String rollBack(
            @PathVariable String version,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        ObjectNode decision = Requests.decision(visitor, reason);
        then.addFlashAttribute("told", gate.rollback(version, decision).says());
        return "redirect:/desk/routes";
    }

    @PostMapping("/roles/stop")
    String stop(
            @RequestParam String role,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        roles.stop(role, Requests.decision(visitor, reason));
        then.addFlashAttribute("told", "The role " + role + " rests in this instance.");
        return "redirect:/desk/routes";
    }

    @PostMapping("/roles/start")
    String start(
            @RequestParam String role,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        roles.start(role, Requests.decision(visitor, reason));
        then.addFlashAttribute("told", "The role " + role + " is at work in this instance.");
        return "redirect:/desk/routes";
    }
}
