package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.broker.Deliveries;
import org.orderway.broker.Topology;
import org.orderway.messages.Delivery;
import org.orderway.messages.Trail;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessResourceFailureException;

/** Edits of the project's own files, and what they would make of recorded orders. */
@ExtendWith(OutputCaptureExtension.class)
class ShadowRunTest extends RouteTest {

    private static final String INVOICES = "routes-yaml/invoices.camel.yaml";
    private static final String ISSUE =
            """
                    - bean:
                        id: invoices-issue-write
                        description: Numbered and recorded in one transaction; a repeated event gets the first answer
                        ref: invoices
                        method: issue
            """
                    .indent(0);
    private static final String PUBLISH =
            """
                    - to:
                        id: invoices-issue-publish
                        uri: direct
                        parameters:
                          name: publish-event
            """
                    .indent(0);

    @Autowired
    private Scratch scratches;

    @Autowired
    private ApplicationContext beans;

    @Autowired
    private Deliveries deliveries;

    @Autowired
    private Topology topology;

    @Autowired
    private LintOfQueues queues;

    @Autowired
    private Placeholders placeholders;

    @Autowired
    private MeterRegistry meters;

    private final Whole files = RouteFiles.ofTheProject();
    private final List<Delivery> recorded = new ArrayList<>();

    @Test
    void tellsHowManyOrdersWouldSkipAStep() throws IOException {
        for (int i = 0; i < 500; i++) {
            paid(i < 37 ? "9.99" : "10.00");
        }

        Shadow shadow = run(INVOICES, text -> text.replace(ISSUE + PUBLISH, onlyFrom10(ISSUE + PUBLISH)));

        assertThat(shadow.lookedAt()).isEqualTo(500);
        assertThat(shadow.inWords())
                .isEqualTo(
                        "Shadow run: 37 of 500 orders would skip `invoices-issue-write` (invoices.issue), `invoices-issue-publish`, `publish-event-send` (publisher.publish); 500 of 500 orders would newly pass `invoices-issue-large`");
        assertThat(Files.readString(Path.of("README.md"))).contains(shadow.inWords());
    }

    /** Without an invoice there is nothing to publish: the event that is left has no messages. */
    @Test
    void aSlipThatOnlySomeOrdersSufferFromIsSeenBeforeTheyDo() {
        paid("9.99");
        paid("17.85");

        Shadow shadow = run(INVOICES, text -> text.replace(ISSUE, onlyFrom10(ISSUE)));

        assertThat(shadow.differences())
                .contains(
                        "1 of 2 orders would fail at `publish-event-send` (publisher.publish): MethodNotFoundException");
    }

    @Test
    void whereAllGoTheSameWayItSaysSo() {
        paid("17.85");

        Shadow shadow =
                run(INVOICES, text -> text.replace("{{orderway.exchange.orders}}", "{{orderway.exchange.payments}}"));

        assertThat(shadow.inWords()).isEqualTo("Shadow run: 1 order would go the same way");
        assertThat(shadow.isToConfirm()).isFalse();
    }

    @Test
    void whatOnlyDescribesARouteIsNotTried() {
        paid("17.85");

        Shadow shadow = run(INVOICES, text -> text.replace("Issue the invoice", "Write the invoice"));

        assertThat(shadow.inWords()).isEqualTo("Shadow run: no consumer of a queue comes by what changed");
    }

    @Test
    void anEditBehindADoorIsTriedWithWhoeverComesThroughIt() {
        record("order.inventory_checked", Map.of());

        Shadow shadow = run(
                "routes-yaml/shared/screening.camel.yaml",
                text -> text.replace("id: screen-payment-judge", "id: screen-payment-look"));

        assertThat(shadow.differences())
                .containsExactly(
                        "1 of 1 order would skip `screen-payment-judge` (fraud.screen)",
                        "1 of 1 order would newly pass `screen-payment-look` (fraud.screen)");
    }

    @Test
    void aSlipIsSeenBeforeTheFirstOrderSuffersFromIt() {
        paid("17.85");
        paid("2.50");

        Shadow shadow = run(
                INVOICES,
                text -> text.replace(
                        "ref: invoices\n            method: issue",
                        "ref: eventReader\n            method: \"read(${body.nothing})\""));

        assertThat(shadow.differences())
                .containsExactly(
                        "2 of 2 orders would fail at `invoices-issue-write` (eventReader.read): MethodNotFoundException");
    }

    @Test
    void anotherErrorConfigurationIsTriedToo() {
        paid("17.85");
        recorded.add(new Delivery(
                "",
                "order.payment_success",
                "m",
                "order.payment_success",
                UUID.randomUUID().toString(),
                Instant.EPOCH,
                "application/json",
                0,
                Map.of(),
                "{}".getBytes(StandardCharsets.UTF_8)));

        Shadow shadow = run(
                "routes-yaml/shared/errors.camel.yaml",
                text -> text.replace("            - org.orderway.messages.Unreadable\n", ""));

        assertThat(shadow.inWords()).isEqualTo("Shadow run: 2 orders would go the same way");
    }

    /** Every bean is a mock here that nobody may call, and everything that can be reached from a route is listened to. */
    @Test
    void nothingComesOutOfIt(CapturedOutput output) throws IOException {
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", call -> {
            calls.incrementAndGet();
            call.sendResponseHeaders(204, -1);
            call.close();
        });
        server.start();
        for (String type :
                List.of("order.created", "order.payment_success", "order.inventory_checked", "order.failed")) {
            record(type, Map.of());
        }
        clearInvocations(
                invoices, inventory, payment, fraud, publisher, outbox, retries, shipping, refunds, notification);
        Map<Meter.Id, Double> before = counts();
        String steps = ISSUE
                + step(
                        "to",
                        "call",
                        "uri: \"http://127.0.0.1:%d/\""
                                .formatted(server.getAddress().getPort()))
                + step("to", "mail", "uri: \"smtp://127.0.0.1:1\"")
                + step("to", "queue", "uri: seda\n            parameters:\n              name: nowhere")
                + step("log", "tell", "message: \"a word of the shadow ${body}\"")
                + step("delay", "wait", "expression:\n              constant:\n                expression: \"60000\"");
        try {
            Shadow shadow = run(INVOICES, text -> text.replace(ISSUE, steps));

            assertThat(shadow.differences())
                    .containsExactly(
                            "1 of 1 order would newly pass `invoices-issue-call`, `invoices-issue-mail`, `invoices-issue-queue`, `invoices-issue-tell`, `invoices-issue-wait`");
            Shadow everybody = run(
                    "routes-yaml/shared/events.camel.yaml",
                    text -> text.replace("id: read-delivery-open", "id: read-delivery-unwrap"));
            assertThat(everybody.lookedAt()).isEqualTo(4);
            assertThat(everybody.differences())
                    .contains("4 of 4 orders would skip `read-delivery-open` (deliveries.open)");
        } finally {
            server.stop(0);
        }

        verifyNoInteractions(
                invoices,
                inventory,
                payment,
                fraud,
                publisher,
                outbox,
                retries,
                shipping,
                refunds,
                ledger,
                audit(),
                analytics,
                creditNotes,
                failures,
                deadLetters,
                transactions);
        assertThat(calls).hasValue(0);
        assertThat(counts()).isEqualTo(before);
        assertThat(output).doesNotContain("a word of the shadow");
    }

    /** The mail that somebody wanted sent goes through a route that looks for the address. */
    @Test
    void whatItReadsIsRedacted() {
        record("order.notification.mail", Map.of("to", "ada@example.org", "subject", "Hello", "text", "Dear Ada"));
        String look =
                """
                        - choice:
                            id: notification-tell-look
                            when:
                              - id: notification-tell-known
                                expression:
                                  simple:
                                    expression: "${bodyAs(String)} contains 'ada@example.org'"
                                steps:
                                  - stop:
                                      id: notification-tell-caught
                            otherwise:
                              id: notification-tell-unknown
                              steps:
                                - setVariable:
                                    id: notification-tell-nobody
                                    name: nobody
                                    expression:
                                      constant:
                                        expression: "true"
                """;

        Shadow shadow = run(
                "routes-yaml/notification.camel.yaml",
                text -> text.replaceFirst("      steps:\n", "      steps:\n" + look.replace("$", "\\$")));

        assertThat(shadow.differences())
                .containsExactly("1 of 1 order would newly pass `notification-tell-look`, `notification-tell-nobody`");
    }

    @Test
    void withoutTheDatabaseItIsNotRun() {
        when(audit.latest(anyInt())).thenThrow(new DataAccessResourceFailureException("away"));

        Shadow shadow = between(
                files,
                edited(INVOICES, text -> text.replace(ISSUE + PUBLISH, onlyFrom10(ISSUE + PUBLISH))),
                Duration.ofSeconds(20));

        assertThat(shadow.inWords())
                .isEqualTo("Shadow run: not run: the recorded orders cannot be read, the database is away");
        assertThat(shadow.isToConfirm()).isTrue();
    }

    @Test
    void whatWouldGoRoundForEverEndsWithItsTime() {
        paid("17.85");
        String round = step(
                "loop",
                "round",
                """
                doWhile: "true"
                            expression:
                              constant:
                                expression: "true"
                            steps:
                              - setVariable:
                                  id: invoices-issue-again
                                  name: again
                                  expression:
                                    constant:
                                      expression: "true"
                """
                        .strip());

        when(audit.latest(anyInt())).thenReturn(recorded);
        Shadow shadow =
                between(files, edited(INVOICES, text -> text.replace(ISSUE, ISSUE + round)), Duration.ofSeconds(3));

        assertThat(shadow.inWords()).isEqualTo("Shadow run: not run: it takes longer than 3 s");
    }

    @Test
    void aQueueThatNoRecordedOrderCameIntoHasNothingToTell() {
        record("order.created", Map.of());

        Shadow shadow = run(INVOICES, text -> text.replace(ISSUE + PUBLISH, onlyFrom10(ISSUE + PUBLISH)));

        assertThat(shadow.inWords()).isEqualTo("Shadow run: no recorded order comes by invoice_queue");
    }

    @Test
    void whatADelayQueueHandsOnIsTriedAtTheQueueBehindIt() {
        record("order.created", Map.of());

        Shadow shadow = run(
                "routes-yaml/notification.camel.yaml",
                text -> text.replace("id: notification-confirm-tell", "id: notification-confirm-say"));

        assertThat(shadow.differences()).contains("1 of 1 order would skip `notification-confirm-tell`");
    }

    private interface Edit {
        String of(String text);
    }

    private Shadow run(String path, Edit edit) {
        when(audit.latest(anyInt())).thenReturn(recorded);
        Shadow shadow = between(files, edited(path, edit), Duration.ofSeconds(20));
        clearInvocations(audit);
        return shadow;
    }

    private Object audit() {
        return audit;
    }

    private Shadow between(Whole before, Whole after, Duration lasts) {
        RouteSettings settings = new RouteSettings(
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                new RouteSettings.Probation(Duration.ofMinutes(1), 50, 4),
                new RouteSettings.Shadow(500, lasts, RouteSettings.Confirm.NEVER));
        return new ShadowRun(
                        scratches,
                        beans,
                        deliveries,
                        (Trail) audit,
                        topology,
                        queues,
                        placeholders,
                        settings,
                        "audit_queue")
                .between(before, after);
    }

    private Whole edited(String path, Edit edit) {
        String text = files.files().get(path).text();
        String other = edit.of(text);
        assertThat(other).as("the edit").isNotEqualTo(text);
        return RouteFiles.with(files, path, other);
    }

    private void paid(String captured) {
        record("order.payment_success", Map.of("captured", new BigDecimal(captured)));
    }

    private void record(String type, Map<String, Object> more) {
        UUID order = new UUID(0x0193a5c000007000L, recorded.size());
        Map<String, Object> body = new LinkedHashMap<>(EventBodies.of(type, order));
        body.putAll(more);
        recorded.add(new Delivery(
                "",
                type,
                "message-" + recorded.size(),
                type,
                order.toString(),
                Instant.parse("2026-11-20T10:00:00Z"),
                "application/json",
                0,
                Map.of(),
                Incoming.json(body).getBytes(StandardCharsets.UTF_8)));
    }

    private Map<Meter.Id, Double> counts() {
        Map<Meter.Id, Double> counts = new HashMap<>();
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("orderway.")
                        || meter.getId().getName().startsWith("camel."))
                .filter(meter -> meter.getId().getType() == Meter.Type.COUNTER)
                .forEach(meter -> counts.put(
                        meter.getId(), meter.measure().iterator().next().getValue()));
        return counts;
    }

    /** A step among those of invoices-issue. */
    private static String step(String kind, String what, String rest) {
        return "        - " + kind + ":\n            id: invoices-issue-" + what + "\n            " + rest + "\n";
    }

    private static String onlyFrom10(String steps) {
        return step(
                "filter",
                "large",
                "expression:\n              simple:\n                expression: \"${body.text('captured')} >= 10\"\n            steps:\n"
                        + steps.indent(6).stripTrailing());
    }
}
