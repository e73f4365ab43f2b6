package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.inventory.StockNews.News;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"stock-tell", "stock-replenish"})
class StockRouteTest extends RouteTest {

    private static final String DELIVERY = "{\"quantity\": 48, \"reference\": \"DN-1\"}";

    private final OutgoingMessage updated = message("inventory.updated");
    private final OutgoingMessage low = message("inventory.low");
    private final News news = new News(List.of(updated, low), List.of(new StockNews.State("A", 7, 1)));

    @Test
    void tellsWhatChangedAndNotesThatTheBrokerHasIt() {
        when(stockNews.next()).thenReturn(news);

        Exchange done = call("stock-tell", null, Map.of());

        assertThat(done.getException()).isNull();
        assertThat(published()).containsExactly(updated, low);
        verify(stockNews, times(1)).told(news);
    }

    @Test
    void doesNotTakeForToldWhatTheBrokerDidNotConfirm() {
        when(stockNews.next()).thenReturn(news);
        doThrow(new IllegalStateException("no confirm")).when(publisher).publish(news.messages());

        Exchange done = call("stock-tell", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(stockNews, never()).told(any());
    }

    @Test
    void booksADeliveryAndHandsWhatIsToBeToldToTheOutbox() {
        var booked = new Replenishments.Replenishment(
                UUID.randomUUID(), "A 1", 48, "DN-1", 50, 49, Instant.parse("2026-11-20T10:00:00Z"));
        when(replenishments.book(any(), any()))
                .thenReturn(new Replenishments.Booked(booked, List.of(new Outbox.Entry(1, low))));

        Exchange answer = replenish(DELIVERY);

        verify(replenishments, times(1))
                .book(
                        eq(Map.of("sku", "A 1", "Idempotency-Key", "k")),
                        argThat(request -> request.path("quantity").asLong() == 48));
        assertThat(answer.getMessage().getBody(String.class))
                .contains("\"available\":49", "\"replenishedAt\":\"2026-11-20T10:00:00Z\"");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void booksNothingTheContractForbids() {
        for (String body : List.of("{}", "{\"quantity\": 0}", "{\"quantity\": 1.5}", "{\"quantity\": 1, \"sku\": 1}")) {
            assertThat(status(replenish(body))).as(body).isEqualTo(400);
        }
        verify(replenishments, never()).book(any(), any());
    }

    @Test
    void refusesADeliveryOfWhatNeedsNoStock() {
        when(replenishments.book(any(), any())).thenThrow(new NoStockKept("A 1"));

        assertThat(status(replenish(DELIVERY))).isEqualTo(409);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    private Exchange replenish(String body) {
        return call(
                "replenishProduct",
                body.getBytes(StandardCharsets.UTF_8),
                Map.of("sku", "A%201", "Idempotency-Key", "k"));
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
