package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.inventory.Replenishments.Booked;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.KeyTaken;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class ReplenishmentsDatabaseTest extends DatabaseTest {

    @Autowired
    private Replenishments replenishments;

    @Autowired
    private Products products;

    @BeforeEach
    void stock() {
        products.put("A", mapper.valueToTree(Map.of("name", "A", "price", "2.50", "currency", "GBP", "onHand", 3)));
        products.put("POST", mapper.valueToTree(Map.of("name", "P", "price", "1", "currency", "GBP")));
    }

    @Test
    void whatCameInIsReceivedAndAvailableAndTold() throws Exception {
        Booked booked = replenishments.book(Map.of("sku", "A"), pieces(48));

        assertThat(booked.answer().onHand()).isEqualTo(51);
        assertThat(booked.answer().available()).isEqualTo(51);
        assertThat(products.read("A").available()).isEqualTo(51);
        assertThat(received()).isEqualTo(51);
        OutgoingMessage told = booked.entries().get(0).message();
        assertThat(told.type()).isEqualTo("inventory.replenished");
        assertThat(told.routingKey()).isEqualTo("inventory.replenished");
        JsonNode body = mapper.readTree(told.body());
        assertThat(body.path("quantity").asLong()).isEqualTo(48);
        assertThat(body.path("available").asLong()).isEqualTo(51);
        assertThat(body.path("sequence").asLong()).isEqualTo(products.read("A").sequence());
        assertThat(count("outbox")).isEqualTo(1);
    }

    @Test
    void aRepeatedRequestIsBookedOnceAndGetsTheFirstAnswer() throws Exception {
        Map<String, Object> keyed = Map.of("sku", "A", "Idempotency-Key", "k");
        Callable<Booked> request = () -> replenishments.book(keyed, pieces(48));

        List<Booked> answers = together(List.of(request, request, request, request));
        replenishments.book(Map.of("sku", "A"), pieces(1));

        assertThat(answers)
                .extracting(Booked::answer)
                .containsOnly(request.call().answer());
        assertThat(answers.stream().flatMap(one -> one.entries().stream())).hasSize(1);
        assertThat(products.read("A").onHand()).isEqualTo(52);
    }

    @Test
    void aKeyBelongsToOneReplenishment() {
        replenishments.book(Map.of("sku", "A", "Idempotency-Key", "k"), pieces(48));

        Stream.of("A", "POST").forEach(sku -> assertThatThrownBy(
                        () -> replenishments.book(Map.of("sku", sku, "Idempotency-Key", "k"), pieces(47)))
                .isInstanceOf(KeyTaken.class));
        assertThat(products.read("A").onHand()).isEqualTo(51);
    }

    @Test
    void nothingIsBookedOfAnArticleThatNeedsNoStockOrIsUnknown() {
        assertThatThrownBy(() -> replenishments.book(Map.of("sku", "POST"), pieces(1)))
                .isInstanceOf(NoStockKept.class);
        assertThatThrownBy(() -> replenishments.book(Map.of("sku", "none"), pieces(1)))
                .isInstanceOf(UnknownProduct.class);
        assertThat(count("replenishments")).isZero();
        assertThat(count("outbox")).isZero();
    }

    private JsonNode pieces(int quantity) {
        return mapper.valueToTree(Map.of("quantity", quantity, "reference", "DN-1"));
    }

    private long received() {
        return jdbc.sql("select received from products where sku = 'A'")
                .query(Long.class)
                .single();
    }
}
