package org.orderway.crash;

import java.util.List;
import java.util.stream.Stream;

/** A place in the code where the lights go out. @param name as {@link HaltPoints} knows it */
record Point(String name, String meaning) {

    /** Around the charge. */
    static List<Point> ofTheCharge() {
        return List.of(
                new Point("after capture-payment-intend in payment-charge", "intent committed, gateway not called"),
                new Point("before capture-payment-settle in payment-charge", "gateway answered, answer not recorded"),
                new Point("after capture-payment-settle in payment-charge", "outcome committed, not published"),
                new Point("sent order.payment_success", "published, who knows"),
                new Point("taken order.payment_success", "published, confirm not heard"),
                new Point("after publish-event-send in payment-charge", "confirmed, route not ended"),
                new Point("end of payment-charge", "route ended, delivery not acknowledged"));
    }

    /** Around the refund of a returned order. */
    static List<Point> ofTheRefund() {
        return List.of(
                new Point("before refund-money-settle in payment-refund", "gateway refunded, answer not recorded"),
                new Point("taken order.refunded", "published, confirm not heard"));
    }

    /** At every step from the order to the parcel, and of those who look on. */
    static List<Point> ofTheWholePath() {
        Stream<Point> steps = Stream.of(
                        new String[] {"orders-process-normal", "create-order-create", "order.created"},
                        new String[] {"inventory-reserve", "inventory-reserve-hold", "order.inventory_checked"},
                        new String[] {"payment-hand-over", "payment-hand-over-decide", "payment.requested"},
                        new String[] {"shipping-ship", "ship-parcel-settle", "order.shipped"})
                .flatMap(step -> Stream.of(
                        new Point("before " + step[1] + " in " + step[0], step[0] + ": nothing done"),
                        new Point("after " + step[1] + " in " + step[0], step[0] + ": committed, not published"),
                        new Point("sent " + step[2], step[0] + ": published, who knows"),
                        new Point("taken " + step[2], step[0] + ": published, confirm not heard"),
                        new Point("after publish-event-send in " + step[0], step[0] + ": confirmed, not ended"),
                        new Point("end of " + step[0], step[0] + ": ended, not acknowledged")));
        Stream<Point> others = Stream.of(
                new Point("after ship-parcel-intend in shipping-ship", "shipping: intent committed"),
                new Point("after invoices-issue-write in invoices-issue", "invoice: committed, not published"),
                new Point("end of invoices-issue", "invoice: published, not acknowledged"),
                new Point("after tell-fact-intend in notification-tell", "mail: intent committed, not sent"),
                new Point("before send-message-sent in notification-tell", "mail: sent, not recorded"),
                new Point("end of notification-tell", "mail: recorded, not acknowledged"),
                new Point("end of audit-append", "audit: recorded, not acknowledged"),
                new Point("before publish-entry-send", "outbox: answered or not, not published"),
                new Point("taken order.placed", "outbox: published, confirm not heard"),
                new Point("before publish-entry-confirmed", "outbox: confirmed, row still there"));
        return Stream.concat(steps, others).toList();
    }

    /** At every step of a return. */
    static List<Point> ofTheWholeReturn() {
        return List.of(
                new Point("after orders-return-do", "return committed, neither answered nor published"),
                new Point("taken order.returned", "outbox: published, confirm not heard"),
                new Point("after refund-money-intend in payment-refund", "intent committed, gateway not called"),
                new Point("after refund-money-settle in payment-refund", "outcome committed, not published"),
                new Point("end of payment-refund", "route ended, delivery not acknowledged"),
                new Point("before inventory-restock-release in inventory-restock", "nothing put back"),
                new Point("end of inventory-restock", "put back, delivery not acknowledged"));
    }

    @Override
    public String toString() {
        return meaning + " (" + name + ")";
    }
}
