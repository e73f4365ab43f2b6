package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"products-put", "products-read"})
class ProductsRouteTest extends RouteTest {

    private static final String LAMP = "{\"name\": \"Lamp\", \"price\": 2.55, \"currency\": \"GBP\", \"onHand\": 5}";

    private final Product lamp = new Product("A 1", "Lamp", "other", new BigDecimal("2.55"), "GBP", 5L, 0L, 5L, 2L, 1L);

    @Test
    void storesAProductAndShowsItsStock() {
        when(products.put(any(), any())).thenReturn(lamp);

        Exchange answer = put("A%201", LAMP);

        verify(products, times(1))
                .put(eq("A 1"), argThat(document -> document.get("onHand").asInt() == 5));
        assertThat(answer.getMessage().getBody(String.class)).contains("\"available\":5", "\"price\":2.55");
    }

    @Test
    void storesNothingTheContractForbids() {
        Exchange answer = put("A", LAMP.replace("2.55", "-1"));

        assertThat(status(answer)).isEqualTo(400);
        verify(products, never()).put(any(), any());
    }

    @Test
    void refusesACountThatWouldBreakPromises() {
        when(products.put(any(), any())).thenThrow(new StockCountTooLow("A", 5, 6));

        assertThat(status(put("A", LAMP))).isEqualTo(409);
    }

    @Test
    void showsAProductOrSaysThatThereIsNone() {
        when(products.read("A 1")).thenReturn(lamp);
        when(products.read("B")).thenThrow(new UnknownProduct("B"));

        assertThat(call("readProduct", null, Map.of("sku", "A%201"))
                        .getMessage()
                        .getBody(String.class))
                .contains("\"name\":\"Lamp\"");
        assertThat(status(call("readProduct", null, Map.of("sku", "B")))).isEqualTo(404);
        verify(products, times(2)).read(any());
        verify(products, never()).put(any(), any());
    }

    private Exchange put(String sku, String body) {
        return call("putProduct", body.getBytes(StandardCharsets.UTF_8), Map.of("sku", sku));
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
