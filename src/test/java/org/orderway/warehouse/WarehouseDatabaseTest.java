package org.orderway.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.orderway.warehouse.Warehouse.LowMail;
import org.springframework.beans.factory.annotation.Autowired;

class WarehouseDatabaseTest extends DatabaseTest {

    @Autowired
    private Warehouse warehouse;

    @Test
    void theWarehouseGetsOneMailEachTimeAnArticleBecomesLowAndTheSameOneAfterACrash() {
        LowMail mail = warehouse.low(low("A", 7, 1, 3));

        assertThat(mail.to()).isEqualTo("warehouse@example.invalid");
        assertThat(mail.subject()).isEqualTo("Low: <Lamp> (A)");
        assertThat(mail.text()).contains("3 pieces are available, the threshold is 5");
        assertThat(mail.html()).contains("&lt;Lamp&gt;").doesNotContain("<Lamp>");
        assertThat(warehouse.low(low("A", 7, 1, 3))).isEqualTo(mail);
        warehouse.mailed(mail);
        assertThat(warehouse.low(low("A", 7, 1, 3))).isNull();

        LowMail second = warehouse.low(low("A", 12, 2, 4));
        assertThat(second.messageId()).isNotEqualTo(mail.messageId());
        assertThat(warehouse.low(low("A", 7, 1, 3)))
                .as("the first time comes late")
                .isNull();
        warehouse.mailed(second);
        assertThat(warehouse.low(low("A", 12, 2, 4))).isNull();
    }

    @Test
    void anArticleIsToBeReplenishedUntilEnoughCameIn() {
        warehouse.low(low("A", 7, 1, 3));
        assertThat(skus(Map.of("open", "true"))).containsExactly("A");

        warehouse.replenished(replenished("A", 8, 1, 4));
        assertThat(skus(Map.of("open", "true"))).as("4 is low still").containsExactly("A");
        warehouse.replenished(replenished("A", 9, 40, 44));

        assertThat(skus(Map.of("open", "true"))).isEmpty();
        assertThat(list(Map.of("open", "false"))).singleElement().satisfies(article -> {
            assertThat(article.path("replenishedQuantity").asLong()).isEqualTo(40);
            assertThat(article.path("lowAt").asLong()).isEqualTo(5);
            assertThat(article.path("available").asLong()).isEqualTo(3);
        });
        warehouse.low(low("A", 20, 2, 5));
        assertThat(skus(Map.of("open", "true"))).as("low another time").containsExactly("A");
    }

    @Test
    void aDeliveryThatIsHeardOfBeforeTheLowItEndedNeedsNoMail() {
        warehouse.replenished(replenished("A", 9, 40, 44));
        assertThat(skus(Map.of())).as("never low as far as we know").isEmpty();

        assertThat(warehouse.low(low("A", 7, 1, 3))).isNull();
        warehouse.replenished(replenished("A", 8, 1, 4));

        assertThat(skus(Map.of("open", "true"))).isEmpty();
        assertThat(skus(Map.of("open", "false"))).containsExactly("A");
    }

    @Test
    void pagesThroughWhatBecameLow() {
        for (String sku : List.of("C", "A", "B")) {
            warehouse.low(low(sku, 1, 1, 0));
        }

        JsonNode first = page(Map.of("limit", 2L));
        assertThat(first.path("replenishments").findValuesAsText("sku")).containsExactly("A", "B");
        assertThat(first.path("next").asText()).isEqualTo("B");
        JsonNode last = page(Map.of("limit", 2L, "after", "B"));
        assertThat(last.path("replenishments").findValuesAsText("sku")).containsExactly("C");
        assertThat(last.path("next").isNull()).isTrue();
    }

    private JsonNode low(String sku, long sequence, long time, long available) {
        return mapper.valueToTree(Map.of(
                "sku",
                sku,
                "name",
                "<Lamp>",
                "sequence",
                sequence,
                "time",
                time,
                "available",
                available,
                "lowAt",
                5,
                "occurredAt",
                "2026-11-20T10:00:00Z"));
    }

    private JsonNode replenished(String sku, long sequence, long quantity, long available) {
        return mapper.valueToTree(Map.of(
                "sku",
                sku,
                "name",
                "<Lamp>",
                "sequence",
                sequence,
                "quantity",
                quantity,
                "available",
                available,
                "lowAt",
                5,
                "occurredAt",
                "2026-11-20T10:00:00Z"));
    }

    private List<String> skus(Map<String, Object> filter) {
        return list(filter).stream()
                .map(article -> article.path("sku").asText())
                .toList();
    }

    private List<JsonNode> list(Map<String, Object> filter) {
        Map<String, Object> all = new HashMap<>(filter);
        all.put("limit", 50L);
        List<JsonNode> articles = new ArrayList<>();
        page(all).path("replenishments").forEach(articles::add);
        return articles;
    }

    private JsonNode page(Map<String, Object> filter) {
        return mapper.valueToTree(warehouse.list(filter));
    }
}
