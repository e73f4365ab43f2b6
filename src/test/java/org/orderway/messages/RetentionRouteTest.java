package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers("retention-clean-up")
class RetentionRouteTest extends RouteTest {

    @Test
    void cleansUpOnceATurn() {
        Exchange done = call("retention-clean-up", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(retention, times(1)).cleanUp();
    }

    @Test
    void comesAgainAfterADatabaseThatWasAway() {
        doThrow(new DataAccessResourceFailureException("away")).when(retention).cleanUp();

        Exchange done = call("retention-clean-up", null, Map.of());

        assertThat(done.getException()).as("told to the log, the timer goes on").isNull();
        verify(retention, times(1)).cleanUp();
    }
}
