package org.orderway.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.orderway.audit.Audit;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventReader;
import org.orderway.testing.DatabaseTest;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.springframework.beans.factory.annotation.Autowired;

class RebuildDatabaseTest extends DatabaseTest {

    private static final Map<String, Object> DAY =
            Map.of("by", "minute", "from", "2026-11-20T00:00:00Z", "to", "2026-11-20T23:00:00Z");

    @Autowired
    private Analytics analytics;

    @Autowired
    private Rebuild rebuild;

    @Autowired
    private Audit audit;

    @Autowired
    private EventReader reader;

    @Test
    void theSameFiguresComeOutOfTheTrailWhateverHadBecomeOfThem() {
        List<UUID> orders = IntStream.range(0, 23).mapToObj(i -> order(i)).toList();
        Map<String, Object> before = analytics.report(DAY);
        jdbc.sql("delete from analytics_orders where order_id = any(?)")
                .param(orders.subList(0, 5).toArray(UUID[]::new))
                .update();
        jdbc.sql(
                        "update analytics_orders set total = 99999, country = 'xx', status = 'SHIPPED', reason = null, ended_at = null")
                .update();
        counted("order.analytics.created", UUID.randomUUID(), Map.of());
        longAgo();
        assertThat(analytics.report(DAY)).isNotEqualTo(before);

        Map<String, Object> done = run();

        assertThat(analytics.report(DAY)).isEqualTo(before);
        assertThat(done)
                .containsEntry("state", "done")
                .containsEntry("by", "Ada")
                .containsEntry("reason", "a test")
                .containsEntry("removed", 1L);
        assertThat(done.get("read")).isEqualTo(done.get("events"));
    }

    @Test
    void aRebuildOfWhatIsRightChangesNothing() {
        IntStream.range(0, 10).forEach(this::order);
        Map<String, Object> before = analytics.report(DAY);

        run();

        assertThat(analytics.report(DAY)).isEqualTo(before);
        assertThat(count("analytics_orders")).isEqualTo(10);
    }

    /** Audit has a queue of its own and may be behind. */
    @Test
    void whatTheTrailDoesNotHaveYetIsKept() {
        UUID whole = UUID.randomUUID();
        counted("order.analytics.created", whole, Map.of());
        counted("order.analytics.ended", whole, Map.of("status", "SHIPPED"));
        UUID half = UUID.randomUUID();
        told("order.analytics.created", half, Map.of());
        counted("order.analytics.ended", half, Map.of("status", "SHIPPED"));
        Map<String, Object> before = analytics.report(DAY);

        run();

        assertThat(analytics.report(DAY)).isEqualTo(before);
    }

    @Test
    void whatTheConsumerRefusedIsNotCountedByARebuildEither() {
        UUID order = order(3);
        audit.append(delivery("order.analytics.ended", UUID.randomUUID(), Map.of("total", "much")));
        audit.append(delivery("order.analytics.ended", order, Map.of("placedAt", "soon")));
        Map<String, Object> before = analytics.report(DAY);

        run();

        assertThat(analytics.report(DAY)).isEqualTo(before).containsEntry("orders", 1L);
    }

    @Test
    void ordersThatComeWhileARebuildRunsAreCountedOnce() throws Exception {
        IntStream.range(0, 40).forEach(this::order);
        longAgo();
        rebuild.start(who());
        List<Callable<Boolean>> all = new ArrayList<>();
        for (int i = 40; i < 46; i++) {
            int no = i;
            all.add(() -> order(no) != null);
        }
        all.add(() -> {
            while (rebuild.step()) {
                assertThat(count("analytics_orders")).isGreaterThanOrEqualTo(40);
            }
            return true;
        });

        together(all);

        assertThat(analytics.report(DAY)).containsEntry("orders", 46L);
        assertThat(analytics.report(DAY).get("byStatus"))
                .isEqualTo(Map.of("CREATED", 16L, "SHIPPED", 15L, "FAILED", 15L));
    }

    @Test
    void oneRunsAtATimeAndTellsHowFarItIs() {
        IntStream.range(0, 3).forEach(this::order);
        long id = (Long) rebuild.start(who()).get("id");

        assertThatThrownBy(() -> rebuild.start(who())).isInstanceOf(RebuildRunning.class);
        assertThatThrownBy(() -> rebuild.read(id + 1)).isInstanceOf(UnknownRebuild.class);
        assertThat(rebuild.read(id)).containsEntry("state", "running").containsEntry("read", 0L);
        assertThat(rebuild.step()).isTrue();
        assertThat((Long) rebuild.read(id).get("read")).isPositive();
        while (rebuild.step()) {
            assertThat(rebuild.read(id)).containsKey("read");
        }
        assertThat(rebuild.read(id)).containsEntry("state", "done");
        assertThat(rebuild.step()).isFalse();
    }

    private Map<String, Object> run() {
        long id = (Long) rebuild.start(who()).get("id");
        int steps = 0;
        while (rebuild.step()) {
            assertThat(++steps).isLessThan(1000);
        }
        return rebuild.read(id);
    }

    private com.fasterxml.jackson.databind.JsonNode who() {
        return mapper.valueToTree(Map.of("by", "Ada", "reason", "a test"));
    }

    /** An order of which analytics and audit heard: created, shipped or failed. */
    private UUID order(int i) {
        UUID order = UUID.randomUUID();
        Map<String, Object> facts = Map.of(
                "total",
                1.10 + i,
                "country",
                i % 2 == 0 ? "gb" : "in",
                "placedAt",
                "2026-11-20T10:%02d:00Z".formatted(i));
        both("order.analytics.created", order, facts);
        if (i % 3 > 0) {
            Map<String, Object> ended = new java.util.HashMap<>(facts);
            ended.put("status", i % 3 == 1 ? "SHIPPED" : "FAILED");
            both("order.analytics.ended", order, ended);
        }
        return order;
    }

    private void both(String type, UUID order, Map<String, Object> details) {
        told(type, order, details);
        counted(type, order, details);
    }

    private void told(String type, UUID order, Map<String, Object> details) {
        audit.append(delivery(type, order, details));
    }

    private void counted(String type, UUID order, Map<String, Object> details) {
        var event = reader.read(delivery(type, order, details));
        if (type.endsWith("created")) {
            analytics.created(event);
        } else {
            analytics.ended(event);
        }
    }

    /** Everything so far was counted longer ago than the trail may be behind. */
    private void longAgo() {
        jdbc.sql("update analytics_orders set written_at = now() - interval '1 hour'")
                .update();
    }

    private static Delivery delivery(String type, UUID order, Map<String, Object> details) {
        Map<String, Object> body = EventBodies.of(type, order);
        body.putAll(details);
        return new Delivery(
                "analytics_queue",
                type,
                type + " of " + order,
                type,
                order.toString(),
                Instant.parse("2026-11-20T10:00:00Z"),
                "application/json",
                0,
                Map.of(),
                Incoming.json(body).getBytes(StandardCharsets.UTF_8));
    }
}
