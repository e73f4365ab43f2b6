package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@NeedsRabbitMq
@OnEachVersion
class RealRabbitIT {

    @Test
    void lendsAVirtualHostOfItsOwn(RealRabbit rabbit) throws Exception {
        assertThat(RealRabbit.current()).isSameAs(rabbit);
        assertThat(rabbit.version()).matches("\\d+\\.\\d+\\..*");
        try (Connection connection = rabbit.connect()) {
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void tellsHowAQueueWasDeclared(RealRabbit rabbit) {
        declare(rabbit, "quorum_queue", Map.of("x-queue-type", "quorum", "x-delivery-limit", 4));
        declare(rabbit, "classic_queue", Map.of("x-max-priority", 5));

        assertThat(rabbit.queue("quorum_queue")).hasValueSatisfying(queue -> {
            assertThat(queue.type()).isEqualTo("quorum");
            assertThat(queue.durable()).isTrue();
            assertThat(queue.arguments()).containsEntry("x-delivery-limit", 4);
        });
        assertThat(rabbit.queue("classic_queue")).hasValueSatisfying(queue -> {
            assertThat(queue.type()).isEqualTo("classic");
            assertThat(queue.arguments()).containsEntry("x-max-priority", 5);
        });
        assertThat(rabbit.queue("no_such_queue")).isEmpty();
    }

    @Test
    void publishesAsTutorialsDoAndTakesMessagesRaw(RealRabbit rabbit) {
        declare(rabbit, "raw_queue", Map.of());
        rabbit.publish("", "raw_queue", "plain");
        rabbit.publish("", "raw_queue", MessageProperties.PERSISTENT_TEXT_PLAIN, "kept");

        GetResponse plain = rabbit.awaitMessage("raw_queue");
        assertThat(plain.getProps().getContentType()).isNull();
        assertThat(plain.getProps().getDeliveryMode()).isNull();
        assertThat(new String(plain.getBody(), StandardCharsets.UTF_8)).isEqualTo("plain");
        assertThat(rabbit.awaitMessage("raw_queue").getProps().getDeliveryMode())
                .isEqualTo(2);
        assertThat(rabbit.get("raw_queue")).isEmpty();
    }

    @Test
    void repeatsAMessageUnchanged(RealRabbit rabbit) {
        declare(rabbit, "repeat_queue", Map.of());
        BasicProperties properties =
                new BasicProperties.Builder().messageId("m-1").build();
        rabbit.publish("", "repeat_queue", properties, new byte[] {1}, 50);

        assertThat(rabbit.depth("repeat_queue")).isEqualTo(50);
        assertThat(rabbit.awaitMessage("repeat_queue").getProps().getMessageId())
                .isEqualTo("m-1");
    }

    @Test
    void anotherVirtualHostStartsEmptyAndIsGoneOnceClosed(RealRabbit rabbit) {
        declare(rabbit, "one_queue", Map.of());
        RealRabbit other = RealRabbit.open("other");
        assertThat(other.ask("/api/queues/{vhost}")).isEmpty();

        other.close();
        assertThatThrownBy(other::connect).isInstanceOf(Exception.class);
        assertThat(rabbit.queue("one_queue")).isPresent();
    }

    @Test
    void bringsAKilledServerBackWithItsPersistentMessages(RealRabbit rabbit) {
        Assumptions.assumeTrue(RealRabbit.canBeKilled(), "this RabbitMQ was not started by ./verify");
        declare(rabbit, "kept_queue", Map.of());
        rabbit.publish("", "kept_queue", MessageProperties.PERSISTENT_TEXT_PLAIN, "kept");
        long before = RealRabbit.serverPid();

        RealRabbit.killServer();
        assertThatThrownBy(rabbit::connect).isInstanceOf(Exception.class);
        rabbit.startServer();

        assertThat(RealRabbit.serverPid()).isNotEqualTo(before);
        assertThat(rabbit.awaitMessage("kept_queue").getBody()).asString().isEqualTo("kept");
    }

    @Nested
    class InANestedClass {

        @Test
        void theVirtualHostIsTheSame(RealRabbit rabbit) {
            assertThat(rabbit.virtualHost()).startsWith("test-RealRabbitIT-");
        }
    }

    private static void declare(RealRabbit rabbit, String queue, Map<String, Object> arguments) {
        rabbit.onChannel(channel -> channel.queueDeclare(queue, true, false, false, arguments));
    }
}
