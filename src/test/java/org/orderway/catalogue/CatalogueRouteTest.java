package org.orderway.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"catalogue-note", "catalogue-list"})
class CatalogueRouteTest extends RouteTest {

    @ParameterizedTest
    @ValueSource(strings = {"inventory.updated", "inventory.low", "inventory.replenished"})
    void notesTheStateThatAnyEventOfTheStockCarries(String type) {
        Exchange done = deliver("catalogue-note", Incoming.event("catalogue_queue", type, orderId));

        assertThat(done.getException()).isNull();
        verify(catalogue, times(1))
                .note(argThat(event -> event.path("sku").asText().equals("85123A")
                        && event.path("sequence").asLong() == 7));
        assertThat(published()).isEmpty();
    }

    @Test
    void whatIsNoStateIsADeadLetterOfThisQueueAlone() {
        deliver("catalogue-note", Incoming.raw("catalogue_queue", "inventory.updated", "{\"sku\": \"A\"}"));

        verify(catalogue, never()).note(any());
        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("catalogue_dlq");
    }

    @Test
    void listsWhatIsAskedFor() {
        when(catalogue.list(Map.of("available", "true", "q", "lamp", "limit", 50L)))
                .thenReturn(Map.of("products", List.of(), "next", "LAMP-2"));

        Exchange answer = call("listProducts", null, Map.of("available", "true", "q", "lamp"));

        assertThat(answer.getMessage().getBody(String.class)).contains("\"next\":\"LAMP-2\"");
    }

    @Test
    void refusesWhatTheContractDoesNotKnow() {
        Exchange answer = call("listProducts", null, Map.of("available", "maybe", "limit", "0"));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        verify(catalogue, never()).list(any());
    }
}
