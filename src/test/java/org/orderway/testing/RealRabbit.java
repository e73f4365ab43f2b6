package org.orderway.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.springframework.test.context.DynamicPropertyRegistry;

/**
 * A virtual host of its own on the real RabbitMQ of {@code ORDERWAY_TEST_RABBITMQ} (an AMQP URI), for one test class. Made
 * and looked at through the management API ({@code ORDERWAY_TEST_RABBITMQ_MANAGEMENT}), spoken to with RabbitMQ's own client
 * and nothing of Orderway's, as an outsider would.
 */
public final class RealRabbit implements CloseableResource {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    // The management API hangs up on the upgrade to HTTP/2 that the client would offer.
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private static volatile RealRabbit current;

    private final String host;
    private final int port;
    private final String user;
    private final String password;
    private final URI management;
    private final String virtualHost;
    private Connection connection;

    private RealRabbit(URI amqp, URI management, String virtualHost) {
        this.host = amqp.getHost();
        this.port = amqp.getPort() < 0 ? ConnectionFactory.DEFAULT_AMQP_PORT : amqp.getPort();
        String[] login =
                Optional.ofNullable(amqp.getRawUserInfo()).orElse("guest:guest").split(":", 2);
        this.user = URLDecoder.decode(login[0], StandardCharsets.UTF_8);
        this.password = login.length < 2 ? "" : URLDecoder.decode(login[1], StandardCharsets.UTF_8);
        this.management = management;
        this.virtualHost = virtualHost;
    }

    /** Whether the environment names a RabbitMQ. */
    public static boolean isGiven() {
        return environment("ORDERWAY_TEST_RABBITMQ").isPresent();
    }

    /** The virtual host of the running test class, for a {@code @DynamicPropertySource}, which takes no parameter. */
    public static RealRabbit current() {
        if (current == null) {
            throw new IllegalStateException("No virtual host is open: mark the test class with @NeedsRabbitMq");
        }
        return current;
    }

    static RealRabbit open(String name) {
        URI amqp = environment("ORDERWAY_TEST_RABBITMQ")
                .map(URI::create)
                .orElseThrow(
                        () -> new IllegalStateException(
                                "This test needs a real RabbitMQ: run ./verify, or set ORDERWAY_TEST_RABBITMQ=amqp://user:password@host:port"));
        URI management = environment("ORDERWAY_TEST_RABBITMQ_MANAGEMENT")
                .map(URI::create)
                .orElseGet(() -> URI.create("http://" + amqp.getHost() + ":15672"));
        String virtualHost = "test-" + name + "-" + UUID.randomUUID().toString().substring(0, 8);
        RealRabbit opened = new RealRabbit(amqp, management, virtualHost);
        opened.manage("PUT", "/api/vhosts/" + encoded(virtualHost), Map.of());
        opened.manage(
                "PUT",
                "/api/permissions/" + encoded(virtualHost) + "/" + encoded(opened.user),
                Map.of("configure", ".*", "write", ".*", "read", ".*"));
        return opened;
    }

    /** From now on this is what {@link #current()} gives, until it is closed. */
    RealRabbit lend() {
        current = this;
        return this;
    }

    /** Deletes the virtual host with all that is in it, which also ends every connection to it. */
    @Override
    public void close() {
        if (current == this) {
            current = null;
        }
        if (connection != null) {
            connection.abort();
        }
        manage("DELETE", "/api/vhosts/" + encoded(virtualHost), null);
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String user() {
        return user;
    }

    public String password() {
        return password;
    }

    public String virtualHost() {
        return virtualHost;
    }

    /** Points a Spring context at this virtual host. */
    public void register(DynamicPropertyRegistry registry) {
        // The profile rabbitmq has addresses, which count for more than host and port.
        registry.add("spring.rabbitmq.addresses", () -> host + ":" + port);
        registry.add("spring.rabbitmq.username", this::user);
        registry.add("spring.rabbitmq.password", this::password);
        registry.add("spring.rabbitmq.virtual-host", this::virtualHost);
        registry.add("orderway.management.url", () -> management.toString().replaceAll("/$", ""));
    }

    /** A new connection of the plain client; the caller closes it. */
    public Connection connect() throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(host);
        factory.setPort(port);
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setVirtualHost(virtualHost);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }

    // --- what is there, as the management API tells

    /** A queue as declared; the number of its messages may be a second old. */
    public record QueueInfo(String name, String type, boolean durable, Map<String, Object> arguments, long messages) {}

    /** The queue of this name, or nothing. */
    public Optional<QueueInfo> queue(String name) {
        HttpResponse<String> answer = send("GET", "/api/queues/" + encoded(virtualHost) + "/" + encoded(name), null);
        if (answer.statusCode() == 404) {
            return Optional.empty();
        }
        JsonNode queue = read(answer);
        return Optional.of(new QueueInfo(
                name,
                queue.path("type").asText("classic"),
                queue.path("durable").asBoolean(),
                JSON.convertValue(queue.path("arguments"), JSON.constructType(Map.class)),
                queue.path("messages").asLong()));
    }

    /** Any other answer of the management API; {@code {vhost}} in the path stands for this virtual host. */
    public JsonNode ask(String path) {
        return read(send("GET", path.replace("{vhost}", encoded(virtualHost)), null));
    }

    /** The server's version, such as 3.10.8. */
    public String version() {
        return ask("/api/overview").path("rabbitmq_version").asText();
    }

    // --- messages, as an outsider puts and takes them

    /** Publishes as the tutorials do: no properties at all, so transient, without id or content type. */
    public void publish(String exchange, String routingKey, String body) {
        publish(exchange, routingKey, null, body);
    }

    /** Publishes and waits until the broker has confirmed. */
    public void publish(String exchange, String routingKey, BasicProperties properties, String body) {
        publish(exchange, routingKey, properties, body.getBytes(StandardCharsets.UTF_8), 1);
    }

    /** Publishes the same message several times, byte for byte and with the same properties, as a redelivery storm would. */
    public void publish(String exchange, String routingKey, BasicProperties properties, byte[] body, int times) {
        onChannel(channel -> {
            channel.confirmSelect();
            for (int i = 0; i < times; i++) {
                channel.basicPublish(exchange, routingKey, properties, body);
            }
            channel.waitForConfirmsOrDie(PATIENCE.toMillis());
            return null;
        });
    }

    /** Takes the first message off the queue, if there is one. */
    public Optional<GetResponse> get(String queue) {
        return Optional.ofNullable(onChannel(channel -> channel.basicGet(queue, true)));
    }

    /** Takes the first message off the queue, waiting for it for half a minute. */
    public GetResponse awaitMessage(String queue) {
        return await("a message in " + queue)
                .atMost(PATIENCE)
                .until(() -> get(queue), Optional::isPresent)
                .orElseThrow();
    }

    /** How many messages are ready in the queue at this moment, asked of the queue itself. */
    public long depth(String queue) {
        return onChannel(channel -> channel.messageCount(queue));
    }

    /** Something done on a channel of its own. */
    @FunctionalInterface
    public interface OnChannel<T> {
        T apply(Channel channel) throws Exception;
    }

    /** Does something on a new channel, which is closed afterwards: declaring, binding, publishing. */
    public synchronized <T> T onChannel(OnChannel<T> work) {
        try {
            if (connection == null || !connection.isOpen()) {
                connection = connect();
            }
            Channel channel = connection.createChannel();
            try {
                return work.apply(channel);
            } finally {
                channel.abort();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Virtual host " + virtualHost + " at " + host + ":" + port, e);
        }
    }

    // --- the server's life, when ./verify has started it for us

    /** Whether the server may be killed and started again: only one that {@code ./verify} started privately. */
    public static boolean canBeKilled() {
        return environment("ORDERWAY_TEST_RABBITMQ_START").isPresent();
    }

    /** Kills the server at once, as a power cut would, and waits until it is gone. */
    public static void killServer() {
        ProcessHandle server = ProcessHandle.of(serverPid())
                .orElseThrow(() -> new IllegalStateException("The RabbitMQ server runs no more"));
        server.destroyForcibly();
        await("the end of RabbitMQ").atMost(PATIENCE).until(() -> !server.isAlive());
    }

    /** Starts the killed server again as it was, and waits until the plain client can work in this virtual host. */
    public void startServer() {
        try {
            new ProcessBuilder(startScript().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("RabbitMQ could not be started again", e);
        }
        await("RabbitMQ is back")
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> {
                    connect().close();
                    return version() != null;
                });
    }

    /** The operating system's pid of the server, which changes when a test starts it again. */
    public static long serverPid() {
        try {
            return Long.parseLong(
                    Files.readString(startScript().resolveSibling("pid")).trim());
        } catch (IOException e) {
            throw new IllegalStateException("The pid of RabbitMQ cannot be read", e);
        }
    }

    private static Path startScript() {
        return environment("ORDERWAY_TEST_RABBITMQ_START")
                .map(Path::of)
                .orElseThrow(() -> new IllegalStateException("This RabbitMQ was not started by ./verify: hands off"));
    }

    // --- the management API

    private void manage(String method, String path, Object body) {
        read(send(method, path, body));
    }

    private HttpResponse<String> send(String method, String path, Object body) {
        URI uri = management.resolve(path);
        try {
            String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(PATIENCE)
                    .header("Authorization", "Basic " + login)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body == null
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build();
            return HTTP.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "RabbitMQ's management API does not answer: " + method + " " + uri
                            + " (its address: ORDERWAY_TEST_RABBITMQ_MANAGEMENT)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(HttpResponse<String> answer) {
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException("RabbitMQ's management API says " + answer.statusCode() + " to "
                    + answer.request().method() + " " + answer.uri() + ": " + answer.body());
        }
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }
}
