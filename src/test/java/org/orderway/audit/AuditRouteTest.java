package org.orderway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"audit-append", "audit-read"})
class AuditRouteTest extends RouteTest {

    @ParameterizedTest
    @ValueSource(strings = {"{\"orderId\": 1}", "not json", ""})
    void keepsWhateverComesReadableOrNot(String body) {
        Exchange done = deliver("audit-append", Incoming.raw("audit_queue", "order.anything", body));

        assertThat(done.getException()).isNull();
        verify(audit, times(1))
                .append(argThat(
                        delivery -> delivery.id().equals("message-1") && new String(delivery.body()).equals(body)));
        assertThat(published()).isEmpty();
    }

    @Test
    void showsTheTrailOfAnOrder() throws Exception {
        when(auditTrail.read(orderId.toString())).thenReturn(Map.of("order", orderId, "intact", true));

        var answer = new ObjectMapper()
                .readTree(call("readOrderAudit", null, Map.of("id", orderId.toString()))
                        .getMessage()
                        .getBody(String.class));

        assertThat(answer.path("intact").asBoolean()).isTrue();
    }

    @Test
    void saysThatThereIsNoSuchOrder() {
        when(auditTrail.read(any())).thenThrow(new UnknownOrder(orderId));

        assertThat(call("readOrderAudit", null, Map.of("id", orderId.toString()))
                        .getMessage()
                        .getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(404);
    }
}
