package org.orderway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The RabbitMQ under test: a vhost of our own on it, and the counters of its management API. */
final class Rabbit implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ConnectionFactory connections = new ConnectionFactory();
    private final String management;
    private final String vhost;
    private final long pid;
    private final String version;

    Rabbit(String amqp, String management, String vhost) throws Exception {
        connections.setUri(amqp);
        connections.setVirtualHost(vhost);
        this.management = management;
        this.vhost = vhost;
        call("PUT", "/api/vhosts/" + vhost, "{}");
        call(
                "PUT",
                "/api/permissions/" + vhost + "/" + encode(connections.getUsername()),
                "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}");
        version = call("GET", "/api/overview", null).path("rabbitmq_version").asText();
        pid = localPid();
    }

    /** A node that has just started does not know its process id yet. */
    private long localPid() throws InterruptedException {
        JsonNode nodes = call("GET", "/api/nodes", null);
        for (int tries = 0; nodes.size() == 1 && !nodes.get(0).has("os_pid") && tries < 50; tries++) {
            TimeUnit.MILLISECONDS.sleep(200);
            nodes = call("GET", "/api/nodes", null);
        }
        long found = nodes.size() == 1 ? nodes.get(0).path("os_pid").asLong() : 0;
        return Processes.name(found).startsWith("beam") ? found : 0;
    }

    /** Messages counted since the vhost exists, and messages that wait in its queues. */
    record Counters(long confirmed, long acknowledged, long waiting) {}

    Counters counters() {
        JsonNode it = call("GET", "/api/vhosts/" + vhost, null);
        JsonNode stats = it.path("message_stats");
        return new Counters(
                stats.path("confirm").asLong(),
                stats.path("ack").asLong(),
                it.path("messages").asLong());
    }

    /** Waits until no message waits and the counters, which come late, have stood still for two seconds. */
    Counters quiet(long limitSeconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        Counters last = counters();
        for (int still = 0; still < 4 && System.nanoTime() < end; ) {
            TimeUnit.MILLISECONDS.sleep(500);
            Counters now = counters();
            still = now.equals(last) && now.waiting() == 0 ? still + 1 : 0;
            last = now;
        }
        return last;
    }

    /** The queues in which something waits. */
    TreeMap<String, Long> depths() {
        TreeMap<String, Long> depths = new TreeMap<>();
        for (JsonNode queue : call("GET", "/api/queues/" + vhost, null)) {
            if (queue.path("messages").asLong() > 0) {
                depths.put(queue.path("name").asText(), queue.path("messages").asLong());
            }
        }
        return depths;
    }

    /** How many queues have handed out messages. */
    int busyQueues() {
        int busy = 0;
        for (JsonNode queue : call("GET", "/api/queues/" + vhost, null)) {
            busy += queue.path("message_stats").path("ack").asLong() > 0 ? 1 : 0;
        }
        return busy;
    }

    Connection connect(String name) throws Exception {
        return connections.newConnection(name);
    }

    String address() {
        return connections.getHost() + ":" + connections.getPort();
    }

    String user() {
        return connections.getUsername();
    }

    String password() {
        return connections.getPassword();
    }

    String vhost() {
        return vhost;
    }

    String version() {
        return version;
    }

    /** Its process; 0 where it is not one node on this machine. */
    long pid() {
        return pid;
    }

    /** CPU time so far in ms; 0 where the broker is not one node on this machine. */
    long cpu() {
        return pid == 0 ? 0 : Processes.cpu(pid);
    }

    @Override
    public void close() {
        call("DELETE", "/api/vhosts/" + vhost, null);
    }

    private JsonNode call(String method, String path, String body) {
        try {
            String basic = Base64.getEncoder()
                    .encodeToString((user() + ":" + password()).getBytes(StandardCharsets.UTF_8));
            HttpRequest request = HttpRequest.newBuilder(URI.create(management + path))
                    .header("Authorization", "Basic " + basic)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException("RabbitMQ's management API answered " + answer.statusCode() + " to "
                        + method + " " + path + ": " + answer.body());
            }
            return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
        } catch (IOException e) {
            throw new IllegalStateException("RabbitMQ's management API does not answer at " + management, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
