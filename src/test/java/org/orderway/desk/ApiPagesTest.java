package org.orderway.desk;

import static org.hamcrest.Matchers.containsString;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.orderway.broker.AsyncApi;
import org.springframework.core.io.ClassPathResource;

class ApiPagesTest extends PageTest {

    @Test
    void everyOperationOfTheContractIsShown() throws Exception {
        List<String> shown = new ArrayList<>();
        new HttpInterface().groups().forEach(group -> group.operations()
                .forEach(operation -> shown.add(operation.id())));
        JsonNode contract = new YAMLMapper().readTree(new ClassPathResource("openapi/orderway.yaml").getInputStream());
        List<String> all = new ArrayList<>();
        contract.path("paths")
                .forEach(path -> path.forEach(
                        operation -> all.add(operation.path("operationId").asText())));
        Assertions.assertThat(shown).containsExactlyInAnyOrderElementsOf(all);

        mvc.perform(get("/desk/api"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("id=\"placeOrder\"")))
                .andExpect(content().string(containsString("Idempotency-Key")))
                .andExpect(content().string(containsString("SW1Y 4JH")))
                .andExpect(content().string(containsString("href=\"/asyncapi.yaml\"")));
    }

    @Test
    void theFieldsOfABodyAreShownWithTheirTypesThroughAllReferences() {
        HttpInterface.Operation cancel = operation("cancelOrder");

        Assertions.assertThat(cancel.body())
                .extracting(HttpInterface.Field::name, HttpInterface.Field::type)
                .contains(Assertions.tuple("reason", "string"));
        Assertions.assertThat(cancel.answer())
                .extracting(HttpInterface.Field::name)
                .contains("id", "number", "status");
        Assertions.assertThat(operation("listDeadLetters").parameters())
                .filteredOn(parameter -> parameter.name().equals("limit"))
                .extracting(HttpInterface.Parameter::type)
                .containsExactly("integer, 1 to 200");
    }

    @Test
    void whatTravelsOverTheBrokerIsShownAndServedAsADocument() throws Exception {
        when(asyncApi.keys())
                .thenReturn(List.of(new AsyncApi.Key(
                        "order_events", "order.created", List.of("order.created"), List.of("inventory_queue"))));
        when(asyncApi.messages())
                .thenReturn(List.of(new AsyncApi.Message(
                        "order.created",
                        "An order begins its way.",
                        json("{\"required\": [\"orderId\"], \"properties\": {\"orderId\":"
                                + " {\"type\": \"string\", \"format\": \"uuid\"}}}"))));
        when(asyncApi.yaml()).thenReturn("asyncapi: 3.0.0\n");

        mvc.perform(get("/desk/api/messages"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("inventory_queue")))
                .andExpect(content().string(containsString("string, uuid")))
                .andExpect(content().string(containsString("An order begins its way.")));
        mvc.perform(get("/asyncapi.yaml"))
                .andExpect(content().contentTypeCompatibleWith("application/yaml"))
                .andExpect(content().string("asyncapi: 3.0.0\n"));
    }

    private static HttpInterface.Operation operation(String id) {
        return new HttpInterface()
                .groups().stream()
                        .flatMap(group -> group.operations().stream())
                        .filter(operation -> operation.id().equals(id))
                        .findFirst()
                        .orElseThrow();
    }
}
