package org.orderway.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.orderway.messages.Outbox;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the watchdog finds in the books. */
@ExtendWith(OutputCaptureExtension.class)
class WatchdogDatabaseTest extends OrdersOfAllKinds {

    @Autowired
    private MeterRegistry meters;

    @Test
    void findsNothingWhereNothingIsWrong() {
        jdbc.sql("update orders set moved_at = moved_at - interval '1 hour' where status not in ('RECEIVED', 'CREATED',"
                        + " 'RESERVED', 'PAID', 'PAYMENT_DUE')")
                .update();
        watchdog.broker(Map.of());

        assertThat(lookTwice(Map.of())).isEmpty();

        assertThat(count("violations")).as("not even a suspicion").isZero();
        assertThat(count("outbox")).isZero();
        assertThat(meters.get("orderway.invariant.violations").gauges())
                .hasSize(Invariant.values().length)
                .allSatisfy(gauge -> assertThat(gauge.value()).isZero());
    }

    /**
     * @param sql  what happens to the books; names of orders in braces stand for their ids
     * @param told what is found, and nothing else
     */
    record Damage(String name, String sql, String... told) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Damage> damages() {
        return Stream.of(
                new Damage(
                        "a piece vanished from the shelf",
                        "alter table products drop constraint if exists products_check1;"
                                + "update products set on_hand = on_hand - 1 where sku = 'A'",
                        "stock_received of A: received 100 / available 85 + reserved 8 + sold 6"),
                new Damage(
                        "a piece is on the shelf that was never received",
                        "alter table products drop constraint if exists products_check1;"
                                + "update products set on_hand = on_hand + 1 where sku = 'B'",
                        "stock_received of B: received 100 / available 94 + reserved 4 + sold 3"),
                new Damage(
                        "a piece is reserved for nobody",
                        "update products set reserved = reserved + 1 where sku = 'A'",
                        "stock_reserved of A: held by orders 8 / reserved 9"),
                new Damage(
                        "a reservation was forgotten",
                        "delete from reservations where order_id = {paid} and sku = 'A'",
                        "stock_reserved of A: held by orders 6 / reserved 8"),
                new Damage(
                        "a sold piece is on the shelf again",
                        "update products set on_hand = on_hand + 1, sold = sold - 1 where sku = 'A'",
                        "stock_sold of A: bought by orders 6 / sold 5"),
                new Damage(
                        "goods are held for an order that failed",
                        """
                        update reservations set state = 'held' where order_id = {failed} and sku = 'A';
                        update products set reserved = reserved + 2 where sku = 'A';
                        update orders set moved_at = moved_at - interval '1 hour' where id = {failed}
                        """,
                        "goods_released of failed: no pieces held, being FAILED / 2 pieces held"),
                new Damage(
                        "the goods of an order on its way were given back",
                        """
                        update reservations set state = 'released' where order_id = {reserved} and sku = 'B';
                        update products set reserved = reserved - 1 where sku = 'B'
                        """,
                        "goods_held of reserved: no pieces released, being RESERVED / 1 pieces released"),
                new Damage(
                        "an order that failed bought goods",
                        """
                        update reservations set state = 'sold' where order_id = {failed} and sku = 'A';
                        update products set on_hand = on_hand - 2, sold = sold + 2 where sku = 'A'
                        """,
                        "goods_sold of failed: no pieces sold, being FAILED / 2 pieces sold"),
                new Damage(
                        "an order was charged twice",
                        """
                        insert into effects (key, kind, order_id, known_at, result)
                        select key || '-again', kind, order_id, known_at, result from effects
                        where order_id = {shipped} and kind = 'charge'
                        """,
                        "charged_once of shipped: 1 charges of 10 / 2 charges of 20"),
                new Damage(
                        "an order was charged another sum",
                        """
                        update effects set result = jsonb_set(result, '{amount}', '10.01')
                        where order_id = {paid} and kind = 'charge'
                        """,
                        "charged_once of paid: 1 charges of 10 / 1 charges of 10.01"),
                new Damage(
                        "an order that nobody charged calls itself paid",
                        "delete from effects where order_id = {paid} and kind = 'charge'",
                        "charged_once of paid: 1 charges of 10 / 0 charges"),
                new Damage(
                        "a charge is not in the order's row",
                        "update orders set payment_state = 'none', captured = 0, status = 'RESERVED' where id = {paid}",
                        "charged_once of paid: 0 charges of 0 / 1 charges of 10"),
                new Damage(
                        "what was captured is not what the order costs",
                        "update orders set total = 11 where id = {shipped}",
                        "money_captured of shipped: captured 11, being SHIPPED and CAPTURED / captured 10"),
                new Damage(
                        "cash on delivery was captured before the door",
                        """
                        update orders set captured = 10 where id = {due};
                        """,
                        "money_captured of due: captured 0, being PAYMENT_DUE and DUE / captured 10"),
                new Damage(
                        "an order calls itself refunded though nobody gave anything back",
                        """
                        delete from effects where order_id = {cancelled} and kind = 'refund'
                        """,
                        "money_refunded of cancelled: refunded 0 by the gateway, of 10 owed / refunded 10"),
                new Damage(
                        "more was given back than owed",
                        """
                        update orders set refunded = 4 where id = {shipped};
                        insert into effects (key, kind, order_id, known_at, amount)
                        values ('refund-x', 'refund', {shipped}, now(), 4)
                        """,
                        "money_refunded of shipped: refunded 4 by the gateway, of 0 owed / refunded 4"),
                new Damage(
                        "a refund is not in the order's row",
                        """
                        insert into effects (key, kind, order_id, known_at, amount)
                        values ('refund-x', 'refund', {shipped}, now(), 4)
                        """,
                        "money_refunded of shipped: refunded 4 by the gateway, of 0 owed / refunded 0"),
                new Damage(
                        "the money of a cancelled order was kept",
                        """
                        delete from effects where order_id = {cancelled} and kind = 'refund';
                        update orders set refunded = 0, moved_at = moved_at - interval '1 hour' where id = {cancelled};
                        insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                        values ('again', {cancelled}, 'charge-2', 'captured', 'prepaid', 'GBP', 10, now())
                        """,
                        "money_kept of cancelled: refunded 10, being CANCELLED / refunded 0"),
                new Damage(
                        "goods came back and their money did not",
                        """
                        insert into returns (id, order_id, request, reason, value, returned_at)
                        values ({shipped}, {shipped}, 'everything', 'customer', 2.5, now() - interval '1 hour');
                        update orders set moved_at = moved_at - interval '1 hour' where id = {shipped}
                        """,
                        "money_kept of shipped: refunded 2.5, being SHIPPED / refunded 0"),
                new Damage(
                        "what was collected at the door is not in the ledger",
                        """
                        update orders set payment_state = 'collected', captured = 9, status = 'DELIVERED',
                            moved_at = moved_at - interval '1 hour' where id = {shippedCod}
                        """,
                        "money_booked of shipped-cod: 9 left by its payments / 0 in the ledger"),
                new Damage(
                        "what a bank took back is not in the ledger",
                        """
                        insert into chargebacks (id, order_id, amount, received_at)
                        values ('cb-1', {shipped}, 4, now() - interval '1 hour');
                        update orders set moved_at = moved_at - interval '1 hour' where id = {shipped}
                        """,
                        "money_booked of shipped: 6 left by its payments / 10 in the ledger"),
                new Damage(
                        "more was collected than was due, and nothing of it is owed",
                        """
                        update orders set payment_state = 'collected', captured = 12, status = 'DELIVERED',
                            moved_at = moved_at - interval '1 hour' where id = {shippedCod};
                        insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                        values ('door', {shippedCod}, 'collection-1', 'collected', 'cod', 'GBP', 12, now())
                        """,
                        "money_kept of shipped-cod: refunded 2, being DELIVERED / refunded 0"),
                new Damage(
                        "a parcel left without payment",
                        "update orders set payment_state = 'none' where id = {shippedCod}",
                        "paid_or_due of shipped-cod: captured, due or collected, being SHIPPED / NONE"),
                new Damage(
                        "a shipped order has no parcel",
                        "delete from shipments where order_id = {shipped}",
                        "parcel_left of shipped: a parcel, being SHIPPED"
                                + " / 0 on record, 1 booked with the carrier"),
                new Damage(
                        "a parcel left that the carrier never confirmed",
                        "update effects set known_at = null where order_id = {shipped} and kind = 'shipment'",
                        "parcel_left of shipped: a parcel, being SHIPPED"
                                + " / 1 on record, 0 booked with the carrier"),
                new Damage(
                        "a parcel left for an order that is not shipped",
                        """
                        insert into shipments (order_id, carrier, shipment_id, tracking_number, label)
                        values ({paid}, 'Parcels', 'sh-2', 'T2', 'L')
                        """,
                        "parcel_left of paid: no parcel, being PAID" + " / 1 on record, 0 booked with the carrier"),
                new Damage(
                        "two parcels were booked for one",
                        """
                        insert into effects (key, kind, order_id, known_at, result)
                        values ('shipment-again', 'shipment', {shipped}, now(), '{}')
                        """,
                        "parcel_left of shipped: a parcel, being SHIPPED / 1 on record, 2 booked with the carrier"),
                new Damage(
                        "a cancelled piece is held",
                        "update order_lines set cancelled = 1 where order_id = {paid} and sku = 'A'",
                        "goods_held of paid: 2 pieces held, being PAID / 3 pieces held"),
                new Damage(
                        "a piece is sold that has not left",
                        "update order_lines set shipped = 1 where order_id = {shipped} and sku = 'A'",
                        "goods_sold of shipped: 2 pieces sold, being SHIPPED / 3 pieces sold"),
                new Damage(
                        "the price of a cancelled piece was kept",
                        """
                        insert into cancellations (id, order_id, request, reason, value, refund, cancelled_at)
                        values ({paid}, {paid}, 'A', 'customer', 2.5, 2.5, now() - interval '1 hour');
                        update orders set moved_at = moved_at - interval '1 hour' where id = {paid}
                        """,
                        "money_kept of paid: refunded 2.5, being PAID / refunded 0"),
                new Damage(
                        "what was granted never went back",
                        """
                        insert into goodwill (id, order_id, request, amount, reason, granted_by, granted_at)
                        values ({shipped}, {shipped}, '1', 1, 'late', 'Ada', now() - interval '1 hour');
                        update orders set moved_at = moved_at - interval '1 hour' where id = {shipped}
                        """,
                        "money_kept of shipped: refunded 1, being SHIPPED / refunded 0"),
                new Damage(
                        "an entry of a trail was put in by hand",
                        """
                        insert into audit_events (event_id, order_id, type, routing_key, occurred_at)
                        values ('e-1', {paid}, 'order.created', 'order.created', now());
                        alter table audit_events disable trigger all;
                        insert into audit_events (event_id, order_id, type, routing_key, occurred_at, link, hash)
                        values ('e-2', {paid}, 'order.refunded', 'order.refunded', now(), 2, '');
                        alter table audit_events enable trigger all
                        """,
                        "trail_intact of paid: as it was written / broken at entry 2, 2 of 1 entries there"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void findsThatAndNothingElse(Damage damage, CapturedOutput output) {
        inflict(damage.sql());
        try {
            assertThat(watchdog.look(Map.of())).as("a suspicion only").isEmpty();
            assertThat(told()).isEmpty();

            aWhileLater("violations", "since");
            List<Outbox.Entry> alarms = watchdog.look(Map.of());

            assertThat(told()).containsExactly(damage.told());
            assertThat(count("violations")).isEqualTo(1);
            assertThat(alarms).singleElement().satisfies(this::isAnAlarm);
            assertThat(output.getAll().lines().filter(line -> line.contains(" is broken for ")))
                    .singleElement()
                    .asString()
                    .contains("ERROR", damage.told()[0].split(" of ")[0])
                    .doesNotContain("Ada", "ada@example.org");
            assertThat(watchdog.look(Map.of())).as("told once").isEmpty();
        } finally {
            jdbc.sql("truncate products cascade").update();
            jdbc.sql("alter table products drop constraint if exists products_check1,"
                            + " add constraint products_check1 check (received = on_hand + sold)")
                    .update();
        }
    }

    private void isAnAlarm(Outbox.Entry alarm) {
        String invariant = told().get(0).split(" of ")[0];
        Map<String, Object> row = jdbc.sql("select subject, since from violations")
                .query((rs, n) -> Map.<String, Object>of("subject", rs.getString(1), "since", rs.getTimestamp(2)))
                .single();
        assertThat(alarm.message().routingKey()).isEqualTo("order.alarm." + invariant);
        assertThat(alarm.message().type()).isEqualTo("order.alarm." + invariant);
        assertThat(alarm.message().correlationId())
                .isEqualTo(invariant.startsWith("stock_") ? null : row.get("subject"));
        assertThat(new String(alarm.message().body()))
                .contains("\"subject\":\"" + row.get("subject") + "\"", "\"expected\":", "\"found\":", "\"since\":")
                .doesNotContain("Ada");
        assertThat(meters.get("orderway.invariant.violations")
                        .tag("invariant", invariant)
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    @Test
    void missesWhatAnOrderSentAndNobodyRecordedOnceNothingWaitsToBe() {
        jdbc.sql("update outcomes set recorded_at = recorded_at - interval '1 hour' where order_id = ? and step"
                        + " = 'create'")
                .param(reserved)
                .update();

        for (Map<String, Long> unsure : List.of(Map.<String, Long>of(), Map.of("audit_queue", 1L))) {
            assertThat(lookTwice(unsure)).as("it may be on its way").isEmpty();
        }
        lookTwice(Map.of("audit_queue", 0L));

        assertThat(told())
                .containsExactly("trail_complete of reserved: every event it sent / missing: order.created,"
                        + " order.analytics.created");
    }

    @Test
    void tellsWhatSomebodyTookAwayOnTheBrokerUntilItIsBackAndKeepsItWhileNobodyCanBeAsked() {
        Map<String, String> drift = Map.of("queue inventory_queue", "not there");
        watchdog.broker(drift);
        assertThat(watchdog.look(Map.of())).as("a suspicion only").isEmpty();
        aWhileLater("violations", "since");

        watchdog.broker(drift);
        watchdog.broker(null);

        assertThat(watchdog.look(Map.of())).singleElement().satisfies(alarm -> {
            assertThat(alarm.message().routingKey()).isEqualTo("order.alarm.topology_as_written");
            assertThat(alarm.message().correlationId()).isNull();
            assertThat(new String(alarm.message().body())).contains("\"subject\":\"queue inventory_queue\"");
        });
        assertThat(told()).containsExactly("topology_as_written of queue inventory_queue: as in the table / not there");

        watchdog.broker(Map.of());

        assertThat(told()).isEmpty();
    }

    @Test
    void saysThatARuleHoldsAgain(CapturedOutput output) {
        inflict("update products set reserved = reserved + 1 where sku = 'A'");
        lookTwice(Map.of());
        assertThat(told()).hasSize(1);

        inflict("update products set reserved = reserved - 1 where sku = 'A'");
        watchdog.look(Map.of());

        assertThat(count("violations")).isZero();
        assertThat(output).contains("stock_reserved holds again for A");
        assertThat(meters.get("orderway.invariant.violations")
                        .tag("invariant", "stock_reserved")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void givesRefundAndRestockTheirTime() {
        inflict(
                """
                delete from effects where order_id = {cancelled} and kind = 'refund';
                update orders set refunded = 0 where id = {cancelled};
                insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                values ('again', {cancelled}, 'charge-2', 'captured', 'prepaid', 'GBP', 10, now());
                update reservations set state = 'held' where order_id = {cancelled} and sku = 'A';
                update products set reserved = reserved + 2 where sku = 'A'
                """);
        lookTwice(Map.of());
        assertThat(told()).as("it was cancelled just now").isEmpty();

        inflict("update orders set moved_at = moved_at - interval '1 hour' where id = {cancelled}");
        waitsForRetry(cancelled, "restock_queue", Duration.ZERO);
        lookTwice(Map.of());
        assertThat(told()).as("it is being retried").isEmpty();

        inflict("delete from retries");
        hasDeadLetter(cancelled, "restock_queue");
        lookTwice(Map.of());
        assertThat(told()).as("a person sees it among the dead letters").isEmpty();

        inflict("delete from dead_letters");
        inflict("insert into effects (key, kind, order_id, amount) values ('refund-x', 'refund', {cancelled}, 10)");
        lookTwice(Map.of());
        assertThat(told())
                .singleElement()
                .asString()
                .as("the refund is on its way")
                .startsWith("goods_released");

        inflict("delete from effects where key = 'refund-x'");
        lookTwice(Map.of());
        assertThat(told()).hasSize(2);
    }

    @Test
    void countsWhatWasSentBackAndGivenBack() {
        inflict(
                """
                update reservations set returned = 1 where order_id = {shipped} and sku = 'A';
                update products set on_hand = on_hand + 1, sold = sold - 1 where sku = 'A';
                insert into returns (id, order_id, request, reason, value) values ({shipped}, {shipped}, 'all', 'customer', 2.5);
                update orders set refunded = 2.5, payment_state = 'part_refunded' where id = {shipped};
                insert into effects (key, kind, order_id, known_at, amount)
                values ('refund-1', 'refund', {shipped}, now(), 1), ('refund-2', 'refund', {shipped}, now(), 1.50)
                """);

        lookTwice(Map.of());

        assertThat(count("violations")).isZero();
    }

    @Test
    void takesAShipmentThatNeverHappenedForNone() {
        inflict(
                """
                insert into effects (key, kind, order_id, known_at, result)
                values ('shipment-x', 'shipment', {paid}, now(), '{"status": "never_happened"}')
                """);

        lookTwice(Map.of());

        assertThat(count("violations")).isZero();
    }

    @Test
    void goesThroughAllThereIsThoughNothingMoved() {
        jdbc.sql("update orders set moved_at = moved_at - interval '1 day' where status = 'SHIPPED'")
                .update();
        jdbc.sql("update products set updated_at = updated_at - interval '1 day'")
                .update();
        inflict("update orders set total = 11 where id = {shipped}");
        inflict("update products set sold = sold - 1, on_hand = on_hand + 1 where sku = 'B'");

        lookTwice(Map.of());

        assertThat(told()).hasSize(2);
    }

    @Test
    void tellsOfAPaymentThatHasWaitedTooLongForAPersonUntilItIsDecided() {
        hasReview(reserved, "open");
        lookTwice(Map.of());
        assertThat(told()).as("it waits no longer than it may").isEmpty();
        jdbc.sql("update fraud_reviews set opened_at = now() - interval '241 minutes'")
                .update();

        List<Outbox.Entry> alarms = lookTwice(Map.of());

        assertThat(told())
                .singleElement()
                .asString()
                .startsWith(
                        "review_decided of reserved: a decision on its payment within 240 minutes / under review since ");
        assertThat(alarms)
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.message().routingKey()).isEqualTo("order.alarm.review_decided"));

        status(reserved, "CANCELLED");
        watchdog.look(Map.of());
        assertThat(told()).noneMatch(one -> one.startsWith("review_decided"));
    }

    @Test
    @SuppressWarnings("unchecked")
    void reportsEveryRuleWithItsEvidenceAndTheMoneyInSum() {
        inflict("update orders set total = 11 where id = {shipped}");
        inflict("update products set reserved = reserved + 1 where sku = 'A'");
        lookTwice(Map.of());

        Map<String, Object> report = watchdog.report();

        List<Map<String, Object>> invariants = (List<Map<String, Object>>) report.get("invariants");
        assertThat(invariants).hasSize(Invariant.values().length);
        assertThat(invariants.stream().filter(i -> (long) i.get("violations") > 0))
                .extracting(i -> i.get("invariant"))
                .containsExactly("stock_reserved", "money_captured");
        assertThat((List<Map<String, Object>>) invariants.get(1).get("evidence"))
                .singleElement()
                .satisfies(evidence -> assertThat(evidence)
                        .containsEntry("sku", "A")
                        .containsEntry("expected", "held by orders 8")
                        .containsEntry("found", "reserved 9")
                        .containsKey("since"));
        assertThat((List<Map<String, Object>>) invariants.get(3).get("evidence"))
                .singleElement()
                .satisfies(evidence -> assertThat(evidence).containsEntry("order", shipped.toString()));
        assertThat(report.get("money"))
                .hasToString(
                        "[{\"owed\":0.00,\"value\":21.00,\"captured\":30.00,\"currency\":\"GBP\",\"refunded\":10.00,\"chargedBack\":0}]");
    }

    /** Several statements, in which the name of an order in braces stands for its id. */
    private void inflict(String sql) {
        Map<String, UUID> orders = Map.of(
                "reserved", reserved,
                "paid", paid,
                "due", due,
                "shipped", shipped,
                "shippedCod", shippedCod,
                "failed", failed,
                "cancelled", cancelled);
        String filled = Pattern.compile("\\{(\\w+)}")
                .matcher(sql)
                .replaceAll(found -> orders.containsKey(found.group(1))
                        ? "'" + orders.get(found.group(1)) + "'"
                        : Matcher.quoteReplacement(found.group()));
        Stream.of(filled.split(";")).filter(one -> !one.isBlank()).forEach(one -> jdbc.sql(one)
                .update());
    }
}
