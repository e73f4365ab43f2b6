package org.orderway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import org.apache.camel.Exchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers("audit-append")
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
}
