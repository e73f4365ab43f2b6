package org.orderway.simulators;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A provider of text messages and of messages in the app, which keeps what it got, once for each idempotency key. */
@Component("textsSimulator")
@Profile("simulators")
public class TextsSimulator {

    private final JdbcClient jdbc;

    TextsSimulator(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps one message per key. */
    @Transactional
    public Map<String, Object> keep(String channel, String key, JsonNode message) {
        jdbc.sql(
                        """
                        insert into simulators.texts (key, channel, receiver, text) values (?, ?, ?, ?)
                        on conflict (key) do nothing
                        """)
                .params(
                        key,
                        channel,
                        message.path("to").asText(),
                        message.path("text").asText())
                .update();
        return Map.of("id", key);
    }
}
