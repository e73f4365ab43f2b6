package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.convert.DurationStyle;

class TopologyTest {

    private final Topology topology = Topologies.shipped();

    @ParameterizedTest(name = "{0} {1} reaches {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "nobody",
            textBlock =
                    """
            order_events  | order                        | audit_queue
            order_events  | order.alarm.stock_sold       | audit_queue
            order_events  | order.normal                 | notification_queue audit_queue
            order_events  | order.normal.in              | order_queue audit_queue
            order_events  | order.normal.in.toys         | order_queue audit_queue
            order_events  | order.normal.in.toys.big     | audit_queue
            order_events  | order.priority               | priority_order_queue notification_queue audit_queue
            order_events  | order.priority.in            | priority_order_queue audit_queue
            order_events  | order.priority.in.toys       | priority_order_queue audit_queue
            order_events  | order.priority.in.toys.a.b   | priority_order_queue audit_queue
            order_events  | order.created                | inventory_queue confirmation_delay_queue notification_queue audit_queue
            order_events  | order.created.again          | audit_queue
            order_events  | order.inventory_checked      | payment_queue notification_queue audit_queue
            order_events  | order.payment_success        | shipping_queue invoice_queue notification_queue audit_queue
            order_events  | order.payment_sucess         | notification_queue audit_queue
            order_events  | order.failed                 | restock_queue refund_queue failed_order_queue notification_queue audit_queue
            order_events  | order.failed.payment         | failed_order_queue audit_queue
            order_events  | order.line_cancelled         | refund_queue credit_note_queue notification_queue audit_queue
            order_events  | order.refund_granted         | refund_queue notification_queue audit_queue
            order_events  | order.backorder_filled       | shipping_queue notification_queue audit_queue
            order_events  | order.refunded               | credit_note_queue notification_queue audit_queue
            order_events  | order.cancelled              | restock_queue refund_queue credit_note_queue notification_queue audit_queue
            order_events  | order.returned               | restock_queue refund_queue credit_note_queue notification_queue audit_queue
            order_events  | order.invoiced               | notification_queue audit_queue
            order_events  | order.shipped                | notification_queue audit_queue recommendation_queue
            order_events  | order.delivered              | notification_queue audit_queue
            order_events  | order.refund_due             | notification_queue audit_queue money_notice_queue
            order_events  | order.alarm.collection       | audit_queue money_notice_queue
            order_events  | order.delayed                | notification_queue audit_queue
            order_events  | order.notification.sms       | notification_queue audit_queue
            order_events  | order.notification.sms.again | audit_queue
            order_events  | order.analytics.end          | analytics_queue audit_queue
            order_events  | orders.created               | nobody
            order_events  | Order.created                | nobody
            order_events  | inventory.low                | nobody
            inventory_events | inventory.updated         | catalogue_queue
            inventory_events | inventory.low             | catalogue_queue warehouse_queue
            inventory_events | inventory.replenished     | catalogue_queue warehouse_queue
            inventory_events | inventory.low.again       | nobody
            announcements |                              | email_announcement_queue sms_announcement_queue app_announcement_queue
            notices       |                              | finance_notice_queue urgent_notice_queue
            payment_events | payment.succeeded           | finance_queue fraud_queue
            payment_events | payment.chargeback          | finance_queue fraud_queue money_notice_queue
            payment_events | payment.succeeded.again     | nobody
            payment_events | order.created               | nobody
            shop_events   | behaviour.viewed             | recommendation_queue
            shop_events   | behaviour                    | nobody
            order_payment | prepaid                      | prepaid_payment_queue
            order_payment | cod                          | cod_payment_queue
            order_payment | cash                         | nobody
            order_payment | order.created                | nobody
            order_retry   | payment_retry_30s_queue      | payment_retry_30s_queue
            order_retry   | payment_queue                | nobody
            order_return  | payment_queue                | payment_queue
            order_dead    | payment_dlq                  | payment_dlq
            unroutable    | whatever                     | unroutable_queue
            no_exchange   | order.created                | nobody
            """)
    void putsAMessageIntoTheQueuesOfItsKey(String exchange, String key, String queues) {
        assertThat(topology.queuesFor(exchange, key))
                .isEqualTo(queues == null ? List.of() : List.of(queues.split(" ")));
    }

    @Test
    void leavesARowOutThatIsNotEnabled() {
        String rows =
                """
                exchanges:
                  - {name: order_events, type: topic}
                queues:
                  - {name: a_queue, exchange: order_events, keys: ["order.#"]}
                  - {name: desk_queue, enabled: %s, exchange: order_events, keys: ["order.*.in.#"]}
                """;

        assertThat(Topologies.of(rows.formatted(false)).queuesFor("order_events", "order.normal.in"))
                .containsExactly("a_queue");
        assertThat(Topologies.of(rows.formatted(true)).queuesFor("order_events", "order.normal.in"))
                .containsExactly("a_queue", "desk_queue");
        assertThat(Topologies.of(rows.formatted(true)).queuesFor("order_events", "order.priority.in.electronics"))
                .containsExactly("a_queue", "desk_queue");
        assertThat(topology.findWorkQueue("india_desk_queue")).as("as shipped").isEmpty();
        assertThat(topology.findWorkQueue("chat_queue")).as("as shipped").isEmpty();
    }

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
        "a.*.c,   a.b.c,   true",
        "a.*.c,   a.c,     false",
        "a.*.c,   a.b.b.c, false",
        "a.#.c,   a.c,     true",
        "a.#.c,   a.b.b.c, true",
        "a.#.c,   a.b.b,   false",
        "#,       a.b.c.d, true",
        "#.#,     a,       true",
        "*.#,     a,       true",
        "*,       a.b,     false",
        "#.b.*.#, a.b,     false",
        "#.b.*.#, a.b.c.d, true",
        "#.b.#.d, a.b.c.b.d, true",
    })
    void readsStarsAndHashesAsABrokerDoes(String pattern, String key, boolean matches) {
        assertThat(TopicPattern.of(pattern).matches(key)).isEqualTo(matches);
    }

    @Test
    void deliversAnEmptyKeyToAHashOnly() {
        assertThat(TopicPattern.of("#").matches("")).isTrue();
        assertThat(TopicPattern.of("*").matches("")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "order_events, order.normal.in, true",
        "order_events, order.priority.in.toys, true",
        "order_events, order.payment_success, true",
        "order_events, order.payment_sucess, false",
        "order_events, order.failed.shipping, true",
        "order_events, order.normal.in.toys.big, false",
        "order_payment, cod, true",
        "payment_events, payment.refunded, true",
        "payment_events, payment.refund, false",
        "order_payment, cash, false",
        "shop_events, behaviour.carted, true",
        "shop_events, behavior.carted, false",
        "order_retry, shipping_retry_5s_queue, true",
        "order_retry, shipping_retry_6s_queue, false",
        "order_dead, shipping_dlq, true",
        "order_return, shipping_queue, true",
    })
    void knowsWhatIsPublished(String exchange, String key, boolean known) {
        assertThat(topology.isPublished(exchange, key)).isEqualTo(known);
    }

    @Test
    void stepsThroughTheRetryQueuesAndStaysAtTheLast() {
        WorkQueue payment = topology.workQueue("payment_queue");

        assertThat(List.of(0, 1, 2, 3, 99))
                .map(retries -> payment.retryQueue(payment.retryDelay(retries)))
                .containsExactly(
                        "payment_retry_5s_queue",
                        "payment_retry_30s_queue",
                        "payment_retry_5m_queue",
                        "payment_retry_5m_queue",
                        "payment_retry_5m_queue");
        assertThat(payment.shortestRetryDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(payment.dlq()).isEqualTo("payment_dlq");
        assertThat(payment.maxRetries()).isEqualTo(3);
        assertThat(payment.path()).isTrue();
        assertThat(topology.workQueue("audit_queue").observer()).isTrue();
    }

    @Test
    void letsARowSayOtherwiseThanTheDefaults() {
        Topology own = Topologies.of(
                """
                retry-delays: [1s]
                exchanges: [{name: e, type: topic}]
                queues:
                  - {name: a_queue, exchange: e, keys: [a]}
                  - {name: b_queue, exchange: e, keys: [b], max-retries: 1, retry-delays: [2s, 200ms, 2s], consumers: 4, \
                max-consumers: 8, prefetch: 1, queue-type: classic, lane: true, max-length: 10, \
                needs: [database, carrier]}
                """);

        assertThat(own.workQueue("a_queue"))
                .isEqualTo(new WorkQueue(
                        "a_queue",
                        null,
                        false,
                        false,
                        QueueType.QUORUM,
                        3,
                        List.of(Duration.ofSeconds(1)),
                        2,
                        2,
                        20,
                        null,
                        List.of("database")));
        WorkQueue b = own.workQueue("b_queue");
        assertThat(b.maxRetries()).isEqualTo(1);
        assertThat(b.consumers()).isEqualTo(4);
        assertThat(b.maxConsumers()).isEqualTo(8);
        assertThat(b.prefetch()).isEqualTo(1);
        assertThat(b.queueType()).isEqualTo(QueueType.CLASSIC);
        assertThat(b.maxLength()).isEqualTo(10);
        assertThat(b.needs()).containsExactly("database", "carrier");
        assertThat(b.retryQueues()).containsExactly("b_retry_2s_queue", "b_retry_200ms_queue");
        assertThat(b.shortestRetryDelay()).isEqualTo(Duration.ofMillis(200));
    }

    @ParameterizedTest(name = "{0} retries so far, asked for {1}")
    @CsvSource({"0, 0s, 5s", "0, 5s, 5s", "0, 6s, 30s", "1, 6s, 30s", "1, 31s, 5m", "2, 1s, 5m", "0, 6m, 5m"})
    void waitsAtLeastAsLongAsItIsAskedToWhereADelayIsLongEnough(int retries, String asked, String delay) {
        assertThat(topology.workQueue("payment_queue").retryDelay(retries, DurationStyle.detectAndParse(asked)))
                .isEqualTo(DurationStyle.detectAndParse(delay));
    }

    @Test
    void everyQueueNeedsTheDatabaseAndThoseThatCallOthersNeedThemToo() {
        assertThat(topology.workQueues())
                .allSatisfy(queue -> assertThat(queue.needs()).contains("database"))
                .filteredOn(queue -> queue.needs().size() > 1)
                .extracting(WorkQueue::name)
                .contains("prepaid_payment_queue", "shipping_queue", "notification_queue");
    }

    @ParameterizedTest
    @CsvSource({"200, 200ms", "1500, 1500ms", "5000, 5s", "90000, 90s", "300000, 5m", "5400000, 90m", "7200000, 2h"})
    void namesADelayInItsLargestWholeUnit(long millis, String name) {
        assertThat(WorkQueue.inWords(Duration.ofMillis(millis))).isEqualTo(name);
    }

    @Test
    void saysWhichQueueWasMeant() {
        assertThatThrownBy(() -> topology.workQueue("paymnet_queue"))
                .hasMessage("There is no work queue \"paymnet_queue\" in orderway.topology.queues;"
                        + " did you mean \"payment_queue\"?");
    }
}
