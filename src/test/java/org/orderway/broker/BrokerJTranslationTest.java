package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerJTranslationTest {

    @Test
    void anExchangeKeepsItsAlternate() {
        assertThat(BrokerJTranslation.exchangeArguments(Map.of("alternate-exchange", "unroutable")))
                .isEqualTo(Map.of("alternateExchange", "unroutable"));
    }

    @Test
    void aRejectedMessageOfAWorkQueueGoesToItsDeadLetterQueue() {
        assertThat(BrokerJTranslation.queueArguments(Map.of(
                        "x-queue-type", "quorum",
                        "x-delivery-limit", 100,
                        "x-dead-letter-strategy", "at-least-once",
                        "x-overflow", "reject-publish",
                        "x-dead-letter-exchange", "order_dead",
                        "x-dead-letter-routing-key", "order_dlq")))
                .isEqualTo(
                        Map.of("alternateBinding", Map.of("destination", "order_dlq"), "maximumDeliveryAttempts", 1));
    }

    @Test
    void anExpiredMessageOfARetryQueueGoesToItsWorkQueue() {
        assertThat(BrokerJTranslation.queueArguments(Map.of(
                        "x-message-ttl", 5000L,
                        "x-dead-letter-exchange", "order_return",
                        "x-dead-letter-routing-key", "order_queue")))
                .isEqualTo(Map.of(
                        "alternateBinding",
                        Map.of("destination", "order_queue"),
                        "maximumMessageTtl",
                        5000L,
                        "expiryPolicy",
                        "ROUTE_TO_ALTERNATE"));
    }

    @Test
    void aQueueThatRejectsWhenFullHasNoLimitForItWouldLoseWhatItConfirms() {
        assertThat(BrokerJTranslation.queueArguments(Map.of("x-max-length", 10, "x-overflow", "reject-publish")))
                .isEmpty();
        assertThat(BrokerJTranslation.queueArguments(Map.of("x-max-length", 10)))
                .isEqualTo(Map.of("qpid.max_count", 10, "qpid.policy_type", "ring"));
    }

    @Test
    void aQueueWithoutDeadLettersHasNoArguments() {
        assertThat(BrokerJTranslation.queueArguments(
                        Map.of("x-queue-type", "quorum", "x-delivery-limit", 1_000_000_000)))
                .isEmpty();
    }
}
