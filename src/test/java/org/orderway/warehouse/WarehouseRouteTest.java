package org.orderway.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"warehouse-hear", "mail-low-stock", "warehouse-replenishments", "pick-list-read", "answer-csv"})
class WarehouseRouteTest extends RouteTest {

    private final Warehouse.LowMail mail =
            new Warehouse.LowMail("85123A", 1, "<low@shop>", "warehouse@example.org", "Low", "low", "<p>low</p>");
    private final PickList.Sheet sheet = new PickList.Sheet(
            Instant.parse("2026-11-20T10:00:00Z"),
            1,
            true,
            List.of(new PickList.Article(
                    "A", "Lamp", 2, List.of(new PickList.Pick(new UUID(1, 2), "S-1", "normal", 2)))));

    @Test
    void mailsTheWarehouseOnceThatAnArticleIsLow() {
        when(warehouse.low(any())).thenReturn(mail, (Warehouse.LowMail) null);

        Exchange done = deliver("warehouse-hear", low().with("To", "everybody@example.org"));
        deliver("warehouse-hear", low());

        assertThat(done.getException()).isNull();
        verify(warehouse, times(2))
                .low(argThat(event -> event.path("sku").asText().equals("85123A")));
        verify(warehouse, never()).replenished(any());
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        assertThat(end("post-mail-smtp").getExchanges().get(0).getMessage().getHeaders())
                .containsEntry("To", "warehouse@example.org")
                .containsEntry("Message-ID", "<low@shop>");
        verify(warehouse, times(1)).mailed(mail);
        assertThat(published()).isEmpty();
    }

    @Test
    void doesNotTakeForSentWhatTheMailServerRefused() {
        when(warehouse.low(any())).thenReturn(mail);
        end("post-mail-smtp").whenAnyExchangeReceived(refused -> {
            throw new jakarta.mail.MessagingException("451");
        });

        deliver("warehouse-hear", low());

        verify(warehouse, never()).mailed(any());
        assertThat(published()).extracting(OutgoingMessage::routingKey).containsExactly("warehouse_retry_5s_queue");
    }

    @Test
    void hearsWhatCameInWithoutAMail() {
        deliver("warehouse-hear", Incoming.event("warehouse_queue", "inventory.replenished", orderId));

        verify(warehouse, times(1))
                .replenished(argThat(event -> event.path("quantity").asLong() == 48));
        verify(warehouse, never()).low(any());
        assertThat(end("post-mail-smtp").getReceivedCounter()).isZero();
    }

    @Test
    void listsWhatIsToBeReplenished() {
        when(warehouse.list(Map.of("open", "true", "limit", 50L)))
                .thenReturn(Map.of("replenishments", List.of(), "next", "A"));

        assertThat(text(call("listReplenishments", null, Map.of("open", "true"))))
                .contains("\"next\":\"A\"");
        assertThat(call("listReplenishments", null, Map.of("open", "perhaps"))
                        .getMessage()
                        .getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(400);
    }

    @Test
    void showsThePickListAsJsonAndToWhoeverAsksForItAsCsv() {
        when(pickList.read(Map.of("limit", 200L))).thenReturn(sheet);
        when(pickList.csv(sheet)).thenReturn("sku,name\r\nA,Lamp\r\n");

        assertThat(text(call("readPickList", null, Map.of()))).contains("\"sku\":\"A\"", "\"complete\":true");
        Exchange csv = call("readPickList", null, Map.of("Accept", "text/csv", "Cookie", "secret"));

        assertThat(text(csv)).isEqualTo("sku,name\r\nA,Lamp\r\n");
        assertThat(csv.getMessage().getHeaders()).containsOnly(Map.entry("Content-Type", "text/csv; charset=utf-8"));
    }

    private static Incoming low() {
        return Incoming.event("warehouse_queue", "inventory.low", new UUID(1, 1));
    }

    private static String text(Exchange answer) {
        return answer.getMessage().getBody(String.class);
    }
}
