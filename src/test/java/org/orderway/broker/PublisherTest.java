package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.amqp.AmqpIOException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionListener;

/** No broker: what matters here is what comes before what. The rest is {@link PublisherIT}'s. */
class PublisherTest {

    private final ConnectionFactory connections = mock(ConnectionFactory.class);
    private final Connection connection = mock(Connection.class);
    private final com.rabbitmq.client.Connection client = mock(com.rabbitmq.client.Connection.class);
    private final Channel channel = mock(Channel.class);
    private final AmqpAdmin admin = mock(AmqpAdmin.class);
    private final List<ConnectionListener> listeners = new ArrayList<>();
    private Publisher publisher;

    @BeforeEach
    void publisher() throws Exception {
        when(connection.getDelegate()).thenReturn(client);
        when(client.createChannel()).thenReturn(channel);
        when(connections.createConnection()).thenAnswer(call -> {
            listeners.forEach(listener -> listener.onCreate(connection));
            return connection;
        });
        publisher = new Publisher(
                connections, admin, Topologies.shipped(), new SimpleMeterRegistry(), Duration.ofMillis(50));
        ArgumentCaptor<ConnectionListener> captured = ArgumentCaptor.forClass(ConnectionListener.class);
        verify(connections, times(2)).addConnectionListener(captured.capture());
        listeners.addAll(captured.getAllValues());
    }

    @Test
    void publishesOnANewConnectionOnlyAfterTheTopologyIsDeclared() throws Exception {
        tryToPublish();

        var inOrder = inOrder(admin, channel);
        inOrder.verify(admin).initialize();
        inOrder.verify(channel)
                .basicPublish(anyString(), anyString(), anyBoolean(), any(AMQP.BasicProperties.class), any());
    }

    @Test
    void declaresAgainForTheNextConnectionAndNotForTheNextMessage() {
        tryToPublish();
        verify(admin, times(1)).initialize();

        doReturn(connection).when(connections).createConnection();
        tryToPublish();
        verify(admin, times(1)).initialize();

        listeners.forEach(listener -> listener.onCreate(connection));
        tryToPublish();
        verify(admin, times(2)).initialize();
    }

    @Test
    void publishesNothingWhereTheTopologyCannotBeDeclared() throws Exception {
        doThrow(new AmqpIOException(new java.io.IOException("refused")))
                .when(admin)
                .initialize();

        assertThatThrownBy(this::publish).isInstanceOf(PublishFailed.class);
        verify(channel, never())
                .basicPublish(anyString(), anyString(), anyBoolean(), any(AMQP.BasicProperties.class), any());
    }

    /** The mock never confirms, which is not the point here. */
    private void tryToPublish() {
        assertThatThrownBy(this::publish).isInstanceOf(PublishFailed.class);
    }

    private void publish() {
        publisher.publish(BrokerRoom.message("order_events", "order.created", "m-1"));
    }
}
