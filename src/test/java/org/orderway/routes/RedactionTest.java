package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Delivery;
import org.orderway.testing.Shop;

class RedactionTest {

    @Test
    void nobodyIsToBeFoundInWhatIsLeftOfAnOrder() {
        String order =
                """
                {"number": "W-1001", "customer": {"id": "c-7", "name": "Ada Lovelace", "email": "ada@example.org"},
                 "shipTo": {"name": "Ada Lovelace", "lines": ["12 St James Square"], "city": "London",
                            "postcode": "SW1Y 4JH", "country": "GB"},
                 "payment": {"method": "prepaid", "token": "tok_ok"},
                 "lines": [{"sku": "LAMP", "quantity": 2, "price": 24.90}]}
                """;

        JsonNode left = Shop.json(redacted(order));

        assertThat(left)
                .isEqualTo(
                        Shop.json(
                                """
                                {"number": "W-1001", "customer": {"id": "c-7", "name": "Xxx Xxxxxxxx", "email": "xxx@xxxxxxx.xxx"},
                                 "shipTo": {"name": "Xxx Xxxxxxxx", "lines": ["11 Xx Xxxxx Xxxxxx"], "city": "Xxxxxx",
                                            "postcode": "XX1X 1XX", "country": "GB"},
                                 "payment": {"method": "prepaid", "token": "xxx_xx"},
                                 "lines": [{"sku": "LAMP", "quantity": 2, "price": 24.90}]}
                                """));
    }

    @Test
    void numbersStayAsExactAsTheyCame() {
        assertThat(redacted("{\"total\":24.90,\"large\":100000000000000000.01}"))
                .isEqualTo("{\"total\":24.90,\"large\":100000000000000000.01}");
    }

    @Test
    void aTelephoneNumberStaysOne() {
        assertThat(redacted("{\"to\":\"+447700900123\",\"text\":\"Dear Ada, 12 pieces\"}"))
                .isEqualTo("{\"to\":\"+111111111111\",\"text\":\"Xxxx Xxx, 11 xxxxxx\"}");
    }

    @Test
    void ofWhatIsNoObjectOnlyTheShapeIsLeft() {
        assertThat(redacted("Ada Lovelace, London")).isEqualTo("Xxx Xxxxxxxx, Xxxxxx");
        assertThat(redacted("\"Ada\"")).isEqualTo("\"Xxx\"");
        assertThat(redacted("[\"Ada\", \"Ludwig van\"]")).doesNotContain("Ada", "Ludwig");
        assertThat(redacted("")).isEmpty();
    }

    private static String redacted(String body) {
        Delivery delivery = new Delivery(
                "",
                "order.placed",
                "m-1",
                "order.placed",
                null,
                Instant.EPOCH,
                "application/json",
                0,
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
        return new String(Redaction.of(delivery).body(), StandardCharsets.UTF_8);
    }
}
