package org.orderway.desk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.orderway.broker.QueueFigures;
import org.orderway.broker.QueueFigures.Figure;
import org.orderway.broker.Topology;
import org.orderway.broker.WorkQueue;
import org.orderway.orders.OpenLetters;
import org.orderway.orders.Timeline;
import org.springframework.stereotype.Component;

/** The picture of the flow: where an order has been, where it is, and what waits in each queue. */
@Component("flowPicture")
class Flow {

    private static final String DOOR = "door";
    private static final String PARCEL = "parcel";
    private static final String MAIL = "notification_queue";

    /** The boxes from left to right, and below them those who only look on. */
    private static final List<Place> PLACES = List.of(
            new Place(DOOR, "Your order", "POST /orders", 10, 118, 108),
            new Place("order_events", "order_events", "topic exchange", 158, 118, 118),
            new Place("order_queue", "normal lane", "order_queue", 316, 68, 128),
            new Place("priority_order_queue", "priority lane", "priority_order_queue", 316, 168, 128),
            new Place("inventory_queue", "inventory", "hold the goods", 484, 118, 118),
            new Place("payment_queue", "payment", "which method?", 642, 118, 108),
            new Place("prepaid_payment_queue", "prepaid", "charge the card", 790, 68, 118),
            new Place("cod_payment_queue", "cash on delivery", "due at the door", 790, 168, 118),
            new Place("shipping_queue", "shipping", "book the carrier", 948, 118, 118),
            new Place(PARCEL, "Parcel", "on its way", 1106, 118, 84),
            new Place("audit_queue", "audit", "the whole trail", 158, 318, 118),
            new Place("analytics_queue", "analytics", "figures", 316, 318, 128),
            new Place("failed_order_queue", "failures", "why orders fail", 484, 318, 118),
            new Place("invoice_queue", "invoice", "without a gap", 790, 318, 118),
            new Place(MAIL, "mails", "tell the customer", 948, 318, 118));

    private static final List<Line> LINES = List.of(
            new Line(DOOR, "order_events", "M118 144H158"),
            new Line("order_events", "order_queue", "M276 144C296 144 296 94 316 94"),
            new Line("order_events", "priority_order_queue", "M276 144C296 144 296 194 316 194"),
            new Line("order_queue", "inventory_queue", "M444 94C464 94 464 144 484 144"),
            new Line("priority_order_queue", "inventory_queue", "M444 194C464 194 464 144 484 144"),
            new Line("inventory_queue", "payment_queue", "M602 144H642"),
            new Line("payment_queue", "prepaid_payment_queue", "M750 144C770 144 770 94 790 94"),
            new Line("payment_queue", "cod_payment_queue", "M750 144C770 144 770 194 790 194"),
            new Line("prepaid_payment_queue", "shipping_queue", "M908 94C928 94 928 144 948 144"),
            new Line("cod_payment_queue", "shipping_queue", "M908 194C928 194 928 144 948 144"),
            new Line("shipping_queue", PARCEL, "M1066 144H1106"),
            new Line("order_events", "audit_queue", "M217 170V318"),
            new Line("order_events", "analytics_queue", "M217 170V262C217 280 380 262 380 318"),
            new Line("order_events", "failed_order_queue", "M217 170V262C217 280 543 258 543 318"),
            new Line("order_events", "invoice_queue", "M217 170V262C217 280 849 254 849 318"),
            new Line("order_events", MAIL, "M217 170V262C217 280 1007 252 1007 318"));

    private static final Map<String, String> REFUSED_BY = Map.of(
            "out_of_stock", "inventory_queue",
            "unknown_sku", "lane",
            "payment_declined", "prepaid_payment_queue",
            "fraud", "payment_queue");

    private final Topology topology;
    private final QueueFigures figures;

    Flow(Topology topology, QueueFigures figures) {
        this.topology = topology;
        this.figures = figures;
    }

    private record Place(String id, String name, String what, int x, int y, int width) {}

    private record Line(String from, String to, String path) {}

    /**
     * A box of the picture.
     *
     * @param state {@code idle}, {@code done}, {@code busy}, {@code waiting} or {@code failed}
     * @param depth messages in the queue, wherever they wait; null where there is no queue or nothing is known
     */
    public record Box(
            String id,
            String name,
            String what,
            int x,
            int y,
            int width,
            String state,
            Long depth,
            boolean isExchange) {

        /** The same in words, for those who do not see it. */
        public String inWords() {
            return name + ": "
                    + switch (state) {
                        case "done" -> "done";
                        case "busy" -> "at work";
                        case "waiting" -> "waits for its next attempt";
                        case "failed" -> "failed";
                        default -> "not reached";
                    };
        }
    }

    /** A line between two boxes. */
    public record Way(String path, boolean isDone) {}

    /** The whole picture. */
    public record Picture(List<Box> boxes, List<Way> ways) {}

    /** The picture without an order. */
    Picture picture() {
        return picture(Map.of());
    }

    /** The picture with an order on its way. @param order as the API shows it */
    Picture of(Map<String, Object> order) {
        return picture(states(order));
    }

    private Picture picture(Map<String, String> states) {
        List<Box> boxes = PLACES.stream()
                .map(place -> new Box(
                        place.id(),
                        place.name(),
                        place.what(),
                        place.x(),
                        place.y(),
                        place.width(),
                        states.getOrDefault(place.id(), "idle"),
                        depth(place.id()),
                        place.id().equals("order_events")))
                .toList();
        // What is done is drawn last, over what is not.
        return new Picture(
                boxes,
                LINES.stream()
                        .map(line ->
                                new Way(line.path(), states.containsKey(line.from()) && states.containsKey(line.to())))
                        .sorted(Comparator.comparing(Way::isDone))
                        .toList());
    }

    private Long depth(String queue) {
        WorkQueue work = topology.findWorkQueue(queue).orElse(null);
        Figure own = figures.tell().of(queue);
        if (work == null || own == null || own.ready() == null) {
            return null;
        }
        long depth = own.ready() + (own.inWork() == null ? 0 : own.inWork());
        for (String retry : work.retryQueues()) {
            Figure waiting = figures.tell().of(retry);
            depth += waiting == null || waiting.ready() == null ? 0 : waiting.ready();
        }
        return depth;
    }

    private static Map<String, String> states(Map<String, Object> order) {
        Set<String> events = new HashSet<>();
        List<String> waiting = new ArrayList<>();
        for (Timeline.Entry entry : timeline(order)) {
            events.add(entry.event());
            if (entry.event().equals("waiting")) {
                waiting.add(entry.detail().split(" ", 2)[0]);
            }
        }
        String status = (String) order.get("status");
        String lane = order.get("lane").equals("priority") ? "priority_order_queue" : "order_queue";
        boolean isCod = ((Map<?, ?>) order.get("payment")).get("method").equals("cod");
        String method = isCod ? "cod_payment_queue" : "prepaid_payment_queue";
        List<String> way = List.of(
                DOOR, "order_events", lane, "inventory_queue", "payment_queue", method, "shipping_queue", PARCEL);

        Map<String, String> states = new HashMap<>();
        int reached = reached(status, events, way.size());
        for (int i = 0; i < way.size() && i <= reached; i++) {
            states.put(way.get(i), i < reached ? "done" : "busy");
        }
        lookOn(states, events);
        if (status.equals("FAILED")) {
            String by = REFUSED_BY.getOrDefault((String) order.get("reason"), "");
            if (!by.isEmpty()) {
                states.put(by.equals("lane") ? lane : by, "failed");
            }
            states.values().removeIf("busy"::equals);
        }
        if (status.equals("CANCELLED") || status.equals("RETURNED")) {
            states.values().removeIf("busy"::equals);
        }
        waiting.forEach(queue -> states.put(queue, "waiting"));
        letters(order).forEach(letter -> states.put(letter.queue(), "failed"));
        return states;
    }

    /** The place on its way at which an order is; one beyond the last when it has arrived. */
    private static int reached(String status, Set<String> events, int all) {
        if (events.contains("order.shipped") || status.equals("SHIPPED") || status.equals("DELIVERED")) {
            return all;
        }
        if (events.contains("order.payment_success")) {
            return 6;
        }
        if (events.contains("order.inventory_checked")) {
            return 5;
        }
        return events.contains("order.created") ? 3 : 2;
    }

    private static void lookOn(Map<String, String> states, Set<String> events) {
        if (!events.isEmpty()) {
            states.put("audit_queue", "done");
        }
        if (events.contains("order.analytics.created") || events.contains("order.analytics.ended")) {
            states.put("analytics_queue", "done");
        }
        if (events.contains("order.failed")) {
            states.put("failed_order_queue", "done");
        }
        if (events.contains("order.invoiced")) {
            states.put("invoice_queue", "done");
        }
        if (events.contains("mail")) {
            states.put(MAIL, "done");
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Timeline.Entry> timeline(Map<String, Object> order) {
        return (List<Timeline.Entry>) order.get("timeline");
    }

    @SuppressWarnings("unchecked")
    private static List<OpenLetters.Letter> letters(Map<String, Object> order) {
        return (List<OpenLetters.Letter>) order.get("deadLetters");
    }
}
