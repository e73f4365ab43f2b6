package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class HandOverDatabaseTest extends DatabaseTest {

    @Autowired
    private Payment payment;

    @ParameterizedTest
    @ValueSource(strings = {"failed", "Success", "success ", ""})
    void anOrderWhoseGoodsAreNotHeldIsNotCharged(String status) {
        UUID order = placed("W-1", line(1, "A", 1));
        status(order, "RESERVED");

        Outcome outcome = payment.handOver(checked(order, status));

        assertThat(outcome.messages()).isEmpty();
        assertThat(payment.handOver(checked(order, "success")).messages())
                .as("nothing was recorded that would stand in the way")
                .extracting(OutgoingMessage::type)
                .containsExactly("payment.requested");
    }

    @Test
    void aPaymentIsHandedToItsMethodUnderOneId() {
        UUID order = placed("W-1", line(1, "A", 1));
        status(order, "RESERVED");

        OutgoingMessage first =
                payment.handOver(checked(order, "success")).messages().get(0);
        OutgoingMessage second =
                payment.handOver(checked(order, "success")).messages().get(0);

        assertThat(first.exchange()).isEqualTo("order_payment");
        assertThat(first.routingKey()).isEqualTo("prepaid");
        assertThat(second.id()).isEqualTo(first.id());
    }

    private Event checked(UUID order, String status) {
        return event("order.inventory_checked", order, Map.of("status", status));
    }
}
