package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Camel reads a bean's text parameter as an expression of its own, unless the route puts it in quotes. */
class WordsOfStrangersTest {

    private final List<Object> seen = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"8e03978e\"", "'x'", "true", "${body}", "a,b", "it's", "\""})
    void reachTheRulesAsTheyWereSent(String word) throws Exception {
        try (var camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("intake", new Intake());
            camel.getRegistry().bind("products", new Products());
            camel.getRegistry().bind("contract", new Contract());
            for (String untouched : List.of("outbox", "problems", "orderReader", "lineCheck")) {
                camel.getRegistry().bind(untouched, new Untouched());
            }
            camel.getPropertiesComponent().addOverrideProperty("orderway.outbox.limit", "1");
            for (String file : List.of("shared/acceptance", "products")) {
                var resource = PluginHelper.getResourceLoader(camel)
                        .resolveResource("file:routes-yaml/" + file + ".camel.yaml");
                PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
            }
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:answer-json").to("mock:answered");
                }
            });
            camel.start();
            var template = camel.createProducerTemplate();
            template.send("direct:accept-order", exchange -> {
                exchange.setVariable("request", new OrderRequest(null, false, null, null, null, "GBP", List.of()));
                exchange.setVariable("lines", List.of());
                exchange.setVariable("key", word);
            });
            template.requestBodyAndHeader("direct:putProduct", "{}", "sku", word);
            template.requestBodyAndHeader("direct:readProduct", "{}", "sku", word);
        }
        assertThat(seen).containsExactly(word, word, word);
    }

    /** Stands in for the intake of the same name. */
    public class Intake {

        public Map<String, Object> accept(Object request, List<?> lines, String lane, String key) {
            seen.add(key);
            return Map.of("id", 1);
        }
    }

    /** Stands in for the catalogue. */
    public class Products {

        public String put(String sku, Object document) {
            seen.add(sku);
            return sku;
        }

        public String read(String sku) {
            seen.add(sku);
            return sku;
        }
    }

    /** Stands in for the contract. */
    public class Contract {

        public Map<String, Object> parameters(String operation, Map<String, ?> given) {
            return Map.of("sku", given.get("sku"));
        }

        public Object read(String operation, Object body) {
            return body;
        }
    }

    /** Stands in for beans of the same files that are not called here. */
    public static class Untouched {

        public boolean isFull() {
            return false;
        }

        public void tooMuchWaiting() {}

        public Object read(Object document) {
            return document;
        }

        public Object candidates(Object request) {
            return request;
        }

        public Object check(Object candidate) {
            return candidate;
        }

        public Object together(Object lines) {
            return lines;
        }
    }
}
