package org.orderway.desk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.OrderView;
import org.orderway.orders.Orders;
import org.orderway.orders.Returns;
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

/** Orders: find them, look at one, and where it is possible stop it or take it back. */
@Controller
@RequestMapping("/desk/orders")
class OrderPages {

    private static final int PAGE = 25;

    private final Orders orders;
    private final OrderView view;
    private final Cancellation cancellation;
    private final Returns returns;
    private final Doors doors;

    OrderPages(Orders orders, OrderView view, Cancellation cancellation, Returns returns, Doors doors) {
        this.orders = orders;
        this.view = view;
        this.cancellation = cancellation;
        this.returns = returns;
        this.doors = doors;
    }

    /** What is sought may be an order's id, the shop's number, or the customer's id or mail address. */
    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "") String status,
            @RequestParam(required = false) UUID after,
            Model model) {
        String sought = q.strip();
        Optional<UUID> id = uuid(sought);
        if (id.isPresent() && orders.find(id.get()).isPresent()) {
            return "redirect:/desk/orders/" + id.get();
        }
        List<Orders.Summary> found =
                sought.isEmpty() ? list(status, null, null, after) : sought(sought, status.isEmpty() ? null : status);
        boolean more = sought.isEmpty() && found.size() > PAGE;
        model.addAttribute("q", sought);
        model.addAttribute("status", status);
        model.addAttribute("statuses", OrderStatus.values());
        model.addAttribute("orders", more ? found.subList(0, PAGE) : found);
        model.addAttribute("next", more ? found.get(PAGE - 1).id() : null);
        return "desk/orders";
    }

    private List<Orders.Summary> sought(String sought, String status) {
        if (sought.contains("@")) {
            return orders.ofMail(sought, PAGE);
        }
        List<Orders.Summary> byNumber = orders.list(status, null, sought, null, PAGE);
        return byNumber.isEmpty() ? orders.list(status, sought, null, null, PAGE) : byNumber;
    }

    private List<Orders.Summary> list(String status, String customer, String number, UUID after) {
        return orders.list(status.isEmpty() ? null : status, customer, number, after, PAGE + 1);
    }

    @GetMapping("/{id}")
    String order(
            @PathVariable String id, @ModelAttribute(name = "visitor", binding = false) Visitor visitor, Model model) {
        show(id, visitor, model);
        return "desk/order";
    }

    /** The part of the page that renews itself while the order is on its way. */
    @GetMapping("/{id}/now")
    String now(
            @PathVariable String id, @ModelAttribute(name = "visitor", binding = false) Visitor visitor, Model model) {
        show(id, visitor, model);
        return "desk/order :: now";
    }

    private void show(String id, Visitor visitor, Model model) {
        Map<String, Object> shown = view.read(id);
        Order order = orders.find(OrderView.id(id, "id")).orElseThrow();
        model.addAttribute("order", shown);
        model.addAttribute("customer", customer(order, visitor));
        model.addAttribute("isCancellable", isCancellable(order.status()));
        model.addAttribute("isReturnable", isReturnable(order.status()));
        model.addAttribute("isMoving", !order.status().isStopped() && order.status() != OrderStatus.DELIVERED);
    }

    /** Customers' data is for those who may decide; the others see that there is some. */
    private static Map<String, String> customer(Order order, Visitor visitor) {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("id", order.customer().id());
        shown.put("name", masked(order.customer().name(), visitor));
        shown.put("mail", masked(order.customer().email(), visitor));
        shown.put("ship to", masked(address(order), visitor));
        return shown;
    }

    private static String address(Order order) {
        if (order.shipTo().city() == null) {
            return null;
        }
        return String.join(", ", order.shipTo().lines()) + ", " + order.shipTo().postcode() + " "
                + order.shipTo().city() + ", " + order.shipTo().country();
    }

    private static String masked(String data, Visitor visitor) {
        if (data == null) {
            return "–";
        }
        return visitor.operator() ? data : "••••••";
    }

    private static boolean isCancellable(OrderStatus status) {
        return switch (status) {
            case RECEIVED, CREATED, RESERVED, PAID, PAYMENT_DUE -> true;
            default -> false;
        };
    }

    private static boolean isReturnable(OrderStatus status) {
        return status == OrderStatus.SHIPPED || status == OrderStatus.DELIVERED;
    }

    @PostMapping("/{id}/cancel")
    String cancel(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        visitor.mayDecide();
        Cancellation.Answer done = cancellation.requested(Map.of("id", id), reason(reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "The order is " + new Wording(null).words(done.status()) + ".");
        return "redirect:/desk/orders/" + id;
    }

    @PostMapping("/{id}/return")
    String takeBack(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        visitor.mayDecide();
        Map<String, Object> parameters = new HashMap<>(Map.of("id", id));
        Returns.Answer done = returns.requested(parameters, reason(reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "The goods are taken back.");
        return "redirect:/desk/orders/" + id;
    }

    /** A word, as the contract wants it: {@code ordered twice} becomes {@code ordered_twice}. */
    private static ObjectNode reason(String reason) {
        String word = reason.strip().toLowerCase().replaceAll("[^a-z0-9]+", "_").replaceAll("^_|_$", "");
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        return word.isEmpty() ? request : request.put("reason", word.length() > 40 ? word.substring(0, 40) : word);
    }

    private static Optional<UUID> uuid(String text) {
        return text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
                ? Optional.of(UUID.fromString(text))
                : Optional.empty();
    }
}
