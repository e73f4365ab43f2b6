package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyCheckTest {

    private static final String EXCHANGES =
            """
            exchanges:
              - {name: order_events, type: topic}
              - {name: order_payment, type: direct}
              - {name: announcements, type: fanout}
              - {name: notices, type: headers}
            """;

    @Test
    void findsNothingWrongWithTheShippedTable() {
        assertThat(Topologies.shipped().queues()).isNotEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {name: a_queue, exchange: order_evnts, keys: [a]}                          | binds to the exchange "order_evnts", which is not in orderway.topology.exchanges; did you mean "order_events"?
            {name: a_queue, exchange: zzz, keys: [a]}                                  | binds to the exchange "zzz", which is not in orderway.topology.exchanges
            {name: a_queue}                                                            | nothing reaches it: it names no exchange
            {name: a_queue, exchange: order_events}                                    | binds to the topic exchange "order_events" without keys
            {name: a_queue, exchange: order_events, keys: ["a..b"]}                    | the key "a..b" has an empty word
            {name: a_queue, exchange: order_events, keys: ["a."]}                      | the key "a." has an empty word
            {name: a_queue, exchange: order_events, keys: ["a b.c"]}                   | the key "a b.c" has the word "a b": a word consists of letters, digits, _ and -
            {name: a_queue, exchange: order_events, keys: ["a.b*"]}                    | the key "a.b*" has the word "b*": * and # stand for whole words only
            {name: a_queue, exchange: order_events, keys: [a, a]}                      | has the same key twice
            {name: a_queue, exchange: order_payment, keys: ["*"]}                      | the key "*" may not contain * here
            {name: a_queue, exchange: announcements, keys: [a]}                        | has keys, which the fanout exchange "announcements" does not look at
            {name: a_queue, exchange: notices, arguments: {department: finance}}       | binds to the headers exchange "notices" without the argument x-match: all or any
            {name: a_queue, exchange: notices, arguments: {x-match: all}}              | binds to the headers exchange "notices" without a header to look at
            {name: a_queue, exchange: announcements, arguments: {a: b}}                | has binding arguments, which only a headers exchange looks at
            {name: a_queue, exchange: order_events, keys: [a], max-length: 5}          | only a lane may have max-length: a full queue that refuses would stall every publish it shares with others
            {name: a_queue, exchange: order_events, keys: [a], path: true, observer: true} | a queue is on the path of an order or observes it, not both
            {name: a_queue, exchange: order_events, keys: [a], retry-delays: [0s]}     | this row: retry-delays: PT0S is not between 1ms and 20d in whole milliseconds
            {name: a_queue, exchange: order_events, keys: [a], max-retries: -1}        | this row: max-retries is less than 0
            {name: a_queue, exchange: order_events, keys: [a], consumers: 0}           | consumers is 0, less than 1
            {name: a_queue, exchange: order_events, keys: [a], max-consumers: 1}       | max-consumers is 1, less than consumers, 2
            {name: a_queue, exchange: order_events, keys: [a], prefetch: 0}            | prefetch is 0, less than 1
            {name: a_queue, exchange: order_events, keys: [a], delay: 5s}              | delay and then belong together: how long a message stays, and where it goes after that
            {name: a_queue, exchange: order_events, keys: [a], delay: 5s, then: b_queue} | then names "b_queue", which is no work queue in orderway.topology.queues
            {name: a_queue, exchange: order_events, keys: [a], also: [{exchange: order_payments, keys: [b]}]} | binds to the exchange "order_payments", which is not in orderway.topology.exchanges; did you mean "order_payment"?
            {name: a_queue, exchange: order_events, keys: [a], needs: [database, gatway]} | needs "gatway", which is none of database, gateway, carrier, smtp; did you mean "gateway"?
            {name: orders, exchange: order_events, keys: [a]}                          | the name must consist of a-z, 0-9 and _, end in _queue and have at most 200 letters
            {name: unroutable_queue, exchange: order_events, keys: [a]}                | this queue is always there and needs no row
            """)
    void namesTheRowOfAMistake(String row, String mistake) {
        String name = row.replaceAll("\\{name: (\\w+).*", "$1");

        assertThat(Topologies.mistakesIn(EXCHANGES + "queues:\n  - " + row))
                .containsExactly("orderway.topology.queues[0] (" + name + "): " + mistake);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {exchange: order_events, key: order.created, to: [work_queue]}                | nothing
            {exchange: order_events, key: "order.normal.*", to: [lane_queue]}             | nothing
            {exchange: order_events, key: order.shipped, terminal: true}                  | nothing
            {exchange: announcements, to: [mail_queue]}                                   | nothing
            {exchange: order_evnts, key: a, terminal: true}                               | the exchange is not in orderway.topology.exchanges; did you mean "order_events"?
            {exchange: order_events, key: order.creatd, to: [work_queue]}                 | does not reach work_queue, which is not bound to it; it reaches [audit_queue]
            {exchange: order_events, key: "order.normal.*.*", to: [lane_queue]}           | does not reach lane_queue, which is not bound to it; it reaches [audit_queue]
            {exchange: order_events, key: order.created, to: [wrok_queue, work_queue]}    | goes to "wrok_queue", which is not in orderway.topology.queues; did you mean "work_queue"?
            {exchange: order_events, key: order.shipped, to: [audit_queue]}               | nobody but observers consumes it: name the queue that does under "to", or write terminal: true if that is meant
            {exchange: order_events, key: "order.#", to: [audit_queue], terminal: true}   | the key "order.#" may not contain # here
            {exchange: order_events, terminal: true}                                      | an empty key
            """)
    void checksThatWhatIsPublishedArrives(String row, String mistake) {
        var mistakes = Topologies.mistakesIn(EXCHANGES
                + """
                queues:
                  - {name: work_queue, exchange: order_events, keys: [order.created]}
                  - {name: lane_queue, exchange: order_events, keys: ["order.normal.in", "order.normal.*"]}
                  - {name: audit_queue, exchange: order_events, keys: ["order.#"], observer: true}
                  - {name: mail_queue, exchange: announcements}
                published:
                """
                + "  - " + row);

        if (mistake.equals("nothing")) {
            assertThat(mistakes).isEmpty();
        } else {
            assertThat(mistakes)
                    .singleElement()
                    .asString()
                    .startsWith("orderway.topology.published[0] (")
                    .endsWith("): " + mistake);
        }
    }

    @Test
    void tellsAllMistakesAtOnce() {
        assertThat(
                        Topologies.mistakesIn(
                                """
                max-retries: -1
                consumers: 0
                prefetch: 0
                delivery-limit: 0
                exchanges:
                  - {name: a, type: topik}
                  - {name: b, type: direct}
                  - {name: b, type: direct}
                  - {name: order_retry, type: direct}
                  - {name: "B!", type: direct}
                queues:
                  - {name: a_queue, exchange: b, keys: [a]}
                  - {name: a_queue, exchange: b, keys: [b]}
                  - {name: a_retry_30s_queue, exchange: b, keys: [b]}
                """))
                .containsExactly(
                        "orderway.topology: max-retries is less than 0",
                        "orderway.topology: consumers is 0, less than 1",
                        "orderway.topology: prefetch is 0, less than 1",
                        "orderway.topology: delivery-limit is 0, less than 1",
                        "orderway.topology.exchanges[0] (a): the type \"topik\" is none of topic, direct, fanout, headers;"
                                + " did you mean \"topic\"?",
                        "orderway.topology.exchanges[2] (b): the name stands in the table twice",
                        "orderway.topology.exchanges[3] (order_retry): this exchange is always there and needs no row",
                        "orderway.topology.exchanges[4] (B!): the name must consist of a-z, 0-9 and _",
                        "orderway.topology.queues[0] (a_queue): its retry queue \"a_retry_30s_queue\" has the name of another"
                                + " row",
                        "orderway.topology.queues[1] (a_queue): the name stands in the table twice");
    }

    @Test
    void bindsToAnExchangeOfTheBrokersOwnButPublishesNothingThere() {
        String rows =
                """
                exchanges:
                  - {name: amq.topic, type: topic, predeclared: true}
                  - {name: mine, type: topic, predeclared: true}
                  - {name: amq.mine, type: topic}
                  - {name: off, type: topic, enabled: false}
                queues:
                  - {name: a_queue, exchange: amq.topic, keys: ["warehouse.#"]}
                  - {name: b_queue, exchange: "off", keys: [b]}
                """;

        assertThat(Topologies.mistakesIn(rows))
                .containsExactly(
                        "orderway.topology.exchanges[1] (mine): predeclared are only the broker's own exchanges, amq.topic"
                                + " and the like",
                        "orderway.topology.exchanges[2] (amq.mine): the name must consist of a-z, 0-9 and _",
                        "orderway.topology.queues[1] (b_queue): binds to the exchange \"off\", which is not in"
                                + " orderway.topology.exchanges");
        assertThat(
                        Topologies.mistakesIn(
                                """
                        exchanges: [{name: amq.topic, type: topic, predeclared: true}]
                        queues: [{name: a_queue, exchange: amq.topic, keys: ["warehouse.#"]}]
                        published: [{exchange: amq.topic, key: warehouse.a, to: [a_queue]}]
                        """))
                .containsExactly(
                        "orderway.topology.published[0] (amq.topic warehouse.a): the exchange is the broker's own"
                                + " and has no alternate: what no queue wants would vanish there");
    }

    @Test
    void refusesAKeyLongerThanTheProtocolAllows() {
        String key = "a".repeat(256);

        assertThat(Topologies.mistakesIn(
                        EXCHANGES + "queues: [{name: a_queue, exchange: order_events, keys: [" + key + "]}]"))
                .containsExactly(
                        "orderway.topology.queues[0] (a_queue): the key \"" + key + "\" is longer than 255 bytes");
    }

    @Test
    void refusesAnEmptyListOfRetryDelays() {
        assertThat(Topologies.mistakesIn("retry-delays: []\n" + EXCHANGES))
                .containsExactly("orderway.topology: retry-delays is empty; also without retries a message needs one to"
                        + " wait out an outage");
    }
}
