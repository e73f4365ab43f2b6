package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.startsWith;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.reset;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.amqp.AmqpConnectException;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What a tail allows, and what it leaves behind; what it hears is heard by the journeys. */
class TailTest {

    private final ConnectionFactory connections = mock(ConnectionFactory.class);
    private final Connection connection = mock(Connection.class);
    private final Channel channel = mock(Channel.class);
    private final ObjectProvider<DeclarableCustomizer> none =
            new StaticListableBeanFactory().getBeanProvider(DeclarableCustomizer.class);
    private Tail tail;

    @BeforeEach
    void open() {
        when(connections.createConnection()).thenReturn(connection);
        when(connection.createChannel(false)).thenReturn(channel);
        tail = new Tail(connections, Topologies.shipped(), none, Clock.systemUTC(), 2, 60, 7);
    }

    @AfterEach
    void close() {
        tail.stop();
    }

    @Test
    void listensOnAQueueThatIsNobodyElsesAndEndsWithIt() throws IOException {
        tail.listen("order.*.in.#", "order_events", 60);

        verify(channel).queueDeclare(startsWith("tail-"), eq(false), eq(true), eq(true), eq(Map.of("x-max-length", 7)));
        verify(channel).queueBind(startsWith("tail-"), eq("order_events"), eq("order.*.in.#"));
    }

    @ParameterizedTest(name = "{0} of {1} for {2} s: {3}")
    @CsvSource({
        "'', order_events, 5, key",
        "a..b, order_events, 5, key",
        "order.#x, order_events, 5, key",
        "'a\nb', order_events, 5, key",
        "'#', no_such_exchange, 5, exchange",
        "'#', notices, 5, exchange",
        "'#', order_events, 0, seconds",
        "'#', order_events, 61, seconds"
    })
    void refusesWhatIsNoPatternAndWhatTakesTooLong(String key, String exchange, int seconds, String wrong) {
        assertThatThrownBy(() -> tail.listen(key, exchange, seconds))
                .isInstanceOfSatisfying(ResponseStatusException.class, refused -> {
                    assertThat(refused.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
                    assertThat(refused.getReason()).startsWith(wrong);
                });
        verifyNoInteractions(channel);
    }

    @Test
    void letsInNoMoreThanAreAllowedAndTheNextWhenOneHasGone() {
        tail.listen("#", "order_events", 1);
        tail.listen("#", "order_events", 60);
        assertThatThrownBy(() -> tail.listen("#", "order_events", 1)).hasMessageContaining("Enough people");

        await("a place").ignoreExceptions().untilAsserted(() -> tail.listen("#", "order_events", 1));
    }

    @Test
    void takesNoPlaceWhenTheBrokerIsAwayOrRefuses() throws Exception {
        when(connections.createConnection()).thenThrow(new AmqpConnectException(new IOException("refused")));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> tail.listen("#", "order_events", 1)).hasMessageContaining("cannot be reached");
        }
        reset(connections);
        when(connections.createConnection()).thenReturn(connection);
        when(channel.basicConsume(anyString(), eq(false), any())).thenThrow(new IOException("refused"));
        assertThatThrownBy(() -> tail.listen("#", "order_events", 1)).hasMessageContaining("cannot be reached");

        verify(channel).close();
    }
}
