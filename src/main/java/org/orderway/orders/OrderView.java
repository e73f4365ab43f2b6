package org.orderway.orders;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.orderway.messages.Retries;
import org.springframework.stereotype.Component;

/** Orders as the API shows them. */
@Component("orderView")
public class OrderView {

    private final Orders orders;
    private final Effects effects;
    private final Timeline timeline;
    private final Parcels parcels;
    private final Returns returns;
    private final Chargebacks chargebacks;
    private final Goodwill goodwill;
    private final Papers papers;
    private final OpenLetters letters;
    private final PaymentReviews reviews;
    private final Retries retries;

    OrderView(
            Orders orders,
            Effects effects,
            Timeline timeline,
            Parcels parcels,
            Returns returns,
            Chargebacks chargebacks,
            Goodwill goodwill,
            Papers papers,
            OpenLetters letters,
            PaymentReviews reviews,
            Retries retries) {
        this.orders = orders;
        this.effects = effects;
        this.timeline = timeline;
        this.parcels = parcels;
        this.retries = retries;
        this.returns = returns;
        this.chargebacks = chargebacks;
        this.goodwill = goodwill;
        this.papers = papers;
        this.letters = letters;
        this.reviews = reviews;
    }

    /** One order with its lines, payment, shipment and timeline. @throws UnknownOrder when there is none */
    public Map<String, Object> read(String id) {
        Order order = find(id);
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", order.id());
        view.put("number", order.number());
        view.put("status", order.status().name());
        view.put("reason", order.reason());
        List<OpenLetters.Letter> open = letters.of(order.id());
        view.put("needsAttention", !open.isEmpty());
        view.put("deadLetters", open);
        Optional<PaymentReviews.Review> review = reviews.of(order.id());
        view.put(
                "review",
                review.filter(PaymentReviews.Review::isOpen).isPresent()
                        && !order.status().isStopped());
        view.put("lane", order.lane());
        view.put("total", order.total());
        view.put("currency", order.currency());
        view.put("customer", order.customer().id());
        view.put("country", order.country().toUpperCase());
        view.put("placedAt", order.createdAt().toString());
        view.put("promisedBy", order.promisedBy().toString());
        view.put(
                "promotedAt",
                order.promotedAt() == null ? null : order.promotedAt().toString());
        view.put("lines", order.lines().stream().map(line -> line(order, line)).toList());
        Map<String, Object> payment = new LinkedHashMap<>();
        payment.put("method", order.paymentMethod());
        payment.put("state", order.paymentState().name().toLowerCase());
        payment.put("amount", order.paymentState() == PaymentState.DUE ? order.total() : order.captured());
        payment.put("captured", order.captured());
        payment.put("refunded", order.refunded());
        payment.put("chargebacks", chargebacks.of(order.id()));
        view.put("payment", payment);
        List<Parcels.Parcel> sent = parcels.of(order.id());
        view.put("shipment", sent.isEmpty() ? null : shipment(order, sent.get(0)));
        view.put("parcels", sent.stream().map(OrderView::parcel).toList());
        view.put("invoice", papers.invoiceNumber(order.id()).orElse(null));
        view.put("returns", returns.of(order.id()));
        view.put("goodwill", goodwill.of(order.id()));
        view.put(
                "timeline",
                Stream.of(
                                timeline.of(order.id()),
                                effects.messages(order.id()),
                                waits(order.id()),
                                attempts(order.id()),
                                review.map(OrderView::entries).orElse(List.of()))
                        .flatMap(List::stream)
                        .sorted(Comparator.comparing(entry -> Instant.parse(entry.time())))
                        .toList());
        return view;
    }

    /**
     * A page of orders.
     *
     * @param filter {@code limit}, and where wanted {@code status}, {@code customer}, {@code number} and {@code after},
     *               the {@code next} of the page before
     */
    public Map<String, Object> list(Map<String, Object> filter) {
        int size = ((Number) filter.get("limit")).intValue();
        String after = (String) filter.get("after");
        List<Orders.Summary> found = orders.list(
                (String) filter.get("status"),
                (String) filter.get("customer"),
                (String) filter.get("number"),
                after == null ? null : id(after, "after"),
                size + 1);
        boolean more = found.size() > size;
        List<Orders.Summary> page = more ? found.subList(0, size) : found;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("orders", page);
        view.put("next", more ? page.get(size - 1).id().toString() : null);
        return view;
    }

    private static Map<String, Object> shipment(Order order, Parcels.Parcel parcel) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("carrier", parcel.carrier());
        view.put("trackingNumber", parcel.trackingNumber());
        view.put("state", order.fulfilmentState().name().toLowerCase());
        report(view, parcel);
        return view;
    }

    private static Map<String, Object> parcel(Parcels.Parcel parcel) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("parcel", parcel.no());
        view.put("carrier", parcel.carrier());
        view.put("trackingNumber", parcel.trackingNumber());
        view.put("pieces", parcel.pieces());
        view.put("time", parcel.sentAt().toString());
        report(view, parcel);
        return view;
    }

    private static void report(Map<String, Object> view, Parcels.Parcel parcel) {
        view.put("reported", parcel.reported());
        view.put(
                "reportedAt",
                parcel.reportedAt() == null ? null : parcel.reportedAt().toString());
    }

    private List<Timeline.Entry> waits(UUID orderId) {
        return retries.of(orderId).stream()
                .map(wait -> new Timeline.Entry(
                        "waiting",
                        wait.recordedAt().toString(),
                        "%s waits until %s (retry %d): %s"
                                .formatted(
                                        wait.queue(),
                                        wait.dueAt().truncatedTo(ChronoUnit.SECONDS),
                                        wait.retries(),
                                        wait.reason())))
                .toList();
    }

    private List<Timeline.Entry> attempts(UUID orderId) {
        return retries.attemptsFor(orderId).stream()
                .map(attempt -> new Timeline.Entry(
                        "attempt",
                        attempt.at().toString(),
                        "%s tries again (retry %d)".formatted(attempt.queue(), attempt.retry())))
                .toList();
    }

    private static List<Timeline.Entry> entries(PaymentReviews.Review review) {
        Timeline.Entry opened =
                new Timeline.Entry("review", review.openedAt().toString(), "the payment waits for a person's decision");
        return review.closedAt() == null
                ? List.of(opened)
                : List.of(
                        opened,
                        new Timeline.Entry(
                                "review", review.closedAt().toString(), "the payment's review is " + review.state()));
    }

    private Order find(String id) {
        UUID orderId = id(id, "id");
        return orders.find(orderId).orElseThrow(() -> new UnknownOrder(orderId));
    }

    /** An order's id as somebody wrote it. @throws InvalidOrder when it is none */
    public static UUID id(String text, String pointer) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notAnId) {
            throw new InvalidOrder(List.of(new FieldError(pointer, "is not an order id, which is a UUID")));
        }
    }

    private static Map<String, Object> line(Order order, OrderLine line) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("line", line.lineNo());
        view.put("sku", line.sku());
        view.put("quantity", line.quantity());
        view.put("unitPrice", plain(line.unitPrice()));
        view.put("category", line.category());
        view.put("pieces", Fulfilment.pieces(order, line));
        return view;
    }

    private static BigDecimal plain(BigDecimal amount) {
        if (amount == null) {
            return null;
        }
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.scale() < 2 ? stripped.setScale(2) : stripped;
    }
}
