package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.orderway.messages.Outbox;
import org.springframework.stereotype.Component;

/** The doors of routes for those who do not know Camel. */
@Component("doors")
public class Doors {

    private final ProducerTemplate template;

    Doors(ProducerTemplate template) {
        this.template = template;
    }

    /** Hands over what a decision wrote into the outbox, after its commit. */
    public void handToOutbox(List<Outbox.Entry> entries) {
        if (!entries.isEmpty()) {
            template.sendBody("direct:hand-to-outbox", entries);
        }
    }

    /** An answer. @param body JSON */
    public record Answer(int status, String body) {

        public boolean isAccepted() {
            return status == 202;
        }
    }

    /**
     * Places an order by the door that shops use, as the contract says.
     *
     * @throws CamelExecutionException when the door itself fails
     */
    public Answer placeOrder(JsonNode order, String key) {
        Exchange answer = template.request("direct:placeOrder", exchange -> {
            exchange.getMessage().setBody(order.toString().getBytes(StandardCharsets.UTF_8));
            exchange.getMessage().setHeaders(new java.util.HashMap<>(Map.of("Idempotency-Key", key)));
        });
        if (answer.getException() != null) {
            throw new CamelExecutionException("The door for orders fails", answer, answer.getException());
        }
        return new Answer(
                answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class),
                answer.getMessage().getBody(String.class));
    }
}
