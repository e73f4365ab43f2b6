package org.orderway.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class CatalogueDatabaseTest extends DatabaseTest {

    @Autowired
    private Catalogue catalogue;

    @Test
    void anOlderEventNeverOverwritesANewerOne() {
        catalogue.note(state("A", 7, 3L, "2026-11-20T10:00:07Z"));
        catalogue.note(state("A", 6, 9L, "2026-11-20T10:00:09Z"));
        catalogue.note(state("A", 7, 8L, "2026-11-20T10:00:10Z"));

        assertThat(list(Map.of())).singleElement().satisfies(article -> {
            assertThat(article.path("available").asLong()).isEqualTo(3);
            assertThat(article.path("sequence").asLong()).isEqualTo(7);
            assertThat(article.path("asOf").asText()).isEqualTo("2026-11-20T10:00:07Z");
        });
    }

    @Test
    void eventsInAnyOrderAndSeveralTimesOverEndInTheLastState() throws Exception {
        List<Callable<Void>> deliveries = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            JsonNode event = state("A", i, (long) i, "2026-11-20T10:00:00Z");
            Callable<Void> delivery = () -> {
                catalogue.note(event);
                return null;
            };
            deliveries.addAll(List.of(delivery, delivery));
        }
        Collections.shuffle(deliveries, new Random(1));

        together(deliveries);

        assertThat(list(Map.of())).singleElement().satisfies(article -> assertThat(
                        article.path("available").asLong())
                .isEqualTo(20));
    }

    @Test
    void findsWhatCanBeHadByCategoryAndByAPartOfTheName() {
        note("LAMP-1", "Desk lamp", "home", 3L);
        note("LAMP-2", "Ceiling 100% LAMP", "Home", 0L);
        note("POST", "Postage", "service", null);

        assertThat(skus(Map.of())).containsExactly("LAMP-1", "LAMP-2", "POST");
        assertThat(skus(Map.of("available", "true"))).containsExactly("LAMP-1", "POST");
        assertThat(skus(Map.of("available", "false"))).containsExactly("LAMP-2");
        assertThat(skus(Map.of("category", "home"))).containsExactly("LAMP-1", "LAMP-2");
        assertThat(skus(Map.of("q", "lamp", "category", "HOME", "available", "true")))
                .containsExactly("LAMP-1");
        assertThat(skus(Map.of("q", "lamp-2"))).containsExactly("LAMP-2");
        assertThat(skus(Map.of("q", "%"))).as("a sign like others").containsExactly("LAMP-2");
        assertThat(skus(Map.of("q", "nothing"))).isEmpty();
    }

    @Test
    void pagesWithoutRepeatingOrMissingAProduct() {
        for (String sku : List.of("B", "A 1", "C", "ž", "A")) {
            note(sku, sku, "home", 1L);
        }

        List<String> seen = new ArrayList<>();
        Map<String, Object> filter = new HashMap<>(Map.of("limit", 2L));
        for (JsonNode page = page(filter); ; page = page(filter)) {
            page.path("products")
                    .forEach(article -> seen.add(article.path("sku").asText()));
            if (page.path("next").isNull()) {
                break;
            }
            assertThat(page.path("products")).hasSize(2);
            filter.put("after", page.path("next").asText());
        }

        assertThat(seen).hasSize(5).containsExactlyInAnyOrder("A", "A 1", "B", "C", "ž");
    }

    private void note(String sku, String name, String category, Long available) {
        Map<String, Object> event = body(sku, 1, available, "2026-11-20T10:00:00Z");
        event.put("name", name);
        event.put("category", category);
        catalogue.note(mapper.valueToTree(event));
    }

    private JsonNode state(String sku, long sequence, Long available, String time) {
        return mapper.valueToTree(body(sku, sequence, available, time));
    }

    private static Map<String, Object> body(String sku, long sequence, Long available, String time) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "sku", sku, "sequence", sequence, "name", sku, "category", "home", "price", 2.5, "currency", "GBP"));
        body.put("available", available);
        body.put("occurredAt", time);
        return body;
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
        page(all).path("products").forEach(articles::add);
        return articles;
    }

    private JsonNode page(Map<String, Object> filter) {
        return mapper.valueToTree(catalogue.list(filter));
    }
}
