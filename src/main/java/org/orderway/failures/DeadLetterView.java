package org.orderway.failures;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Dead letters as the API shows them: by kind of failure, and one of them with all that is known of it. */
@Component("deadLetterView")
public class DeadLetterView {

    private static final int EXAMPLES = 10;

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;

    DeadLetterView(JdbcClient jdbc, ObjectMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /**
     * A page of kinds of failure, that with the newest letter first.
     *
     * @param filter {@code state} and {@code limit}, and where wanted {@code queue}, {@code fingerprint}, {@code order} and
     *               {@code after}, the {@code next} of the page before
     */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> filter) {
        List<Object> params = new ArrayList<>(List.of(filter.getOrDefault("state", "open")));
        StringBuilder where = new StringBuilder("state = ?");
        if (filter.containsKey("queue")) {
            where.append(" and d.queue = ?");
            params.add(filter.get("queue"));
        }
        if (filter.containsKey("fingerprint")) {
            where.append(" and d.fingerprint = ?");
            params.add(filter.get("fingerprint"));
        }
        if (filter.containsKey("order")) {
            where.append(" and d.order_id = ?");
            params.add(UUID.fromString((String) filter.get("order")));
        }
        params.add(filter.getOrDefault("after", Long.MAX_VALUE));
        int size = ((Number) filter.get("limit")).intValue();
        params.add(size + 1);
        List<Map<String, Object>> found = jdbc.sql(
                        """
                        select d.fingerprint, min(d.queue) as queue, min(f.cause) as cause, min(f.reason) as reason,
                            count(*) as letters, min(d.collected_at) as first_at, max(d.collected_at) as last_at,
                            max(d.id) as newest, (array_agg(d.id order by d.id desc))[1:%d] as examples
                        from dead_letters d join failures f using (fingerprint)
                        where %s group by d.fingerprint having max(d.id) < ? order by max(d.id) desc limit ?
                        """
                                .formatted(EXAMPLES, where))
                .params(params)
                .query((rs, n) -> group(rs))
                .list();
        boolean more = found.size() > size;
        List<Map<String, Object>> page = more ? found.subList(0, size) : found;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("groups", page);
        view.put("next", more ? ((List<?>) page.get(size - 1).get("examples")).get(0) : null);
        return view;
    }

    /** One letter in full. @throws UnknownLetter when there is none */
    @Transactional(readOnly = true)
    public Map<String, Object> read(long id) {
        Map<String, Object> view = jdbc.sql("select * from dead_letters where id = ?")
                .param(id)
                .query((rs, n) -> letter(rs))
                .optional()
                .orElseThrow(() -> new UnknownLetter("There is no dead letter " + id));
        view.put("actions", actions("letter_id", id));
        return view;
    }

    /** What people did with a letter ({@code letter_id}) or a group replay ({@code replay_id}), oldest first. */
    List<Map<String, Object>> actions(String column, long id) {
        return jdbc.sql("select action, by_whom, reason, at from dead_letter_actions where " + column
                        + " = ? order by id")
                .param(id)
                .query((rs, n) -> {
                    Map<String, Object> action = new LinkedHashMap<>();
                    action.put("action", rs.getString("action"));
                    action.put("by", rs.getString("by_whom"));
                    action.put("reason", rs.getString("reason"));
                    action.put("at", time(rs.getTimestamp("at")));
                    return action;
                })
                .list();
    }

    private static Map<String, Object> group(ResultSet rs) throws SQLException {
        Map<String, Object> group = new LinkedHashMap<>();
        group.put("fingerprint", rs.getString("fingerprint"));
        group.put("queue", rs.getString("queue"));
        group.put("cause", rs.getString("cause"));
        group.put("reason", rs.getString("reason"));
        group.put("count", rs.getLong("letters"));
        group.put("first", time(rs.getTimestamp("first_at")));
        group.put("last", time(rs.getTimestamp("last_at")));
        group.put("examples", Arrays.asList((Long[]) rs.getArray("examples").getArray()));
        return group;
    }

    private Map<String, Object> letter(ResultSet rs) throws SQLException {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", rs.getLong("id"));
        view.put("state", rs.getString("state"));
        view.put("queue", rs.getString("queue"));
        view.put("path", rs.getBoolean("path"));
        view.put("order", rs.getString("order_id"));
        view.put("fingerprint", rs.getString("fingerprint"));
        view.put("reason", rs.getString("reason"));
        view.put("messageId", rs.getString("message_id"));
        view.put("round", rs.getInt("round"));
        view.put("type", rs.getString("type"));
        view.put("correlationId", rs.getString("correlation_id"));
        view.put("contentType", rs.getString("content_type"));
        view.put("sentAt", time(rs.getTimestamp("sent_at")));
        view.put("retries", rs.getInt("retries"));
        view.put("arrivals", rs.getLong("arrivals"));
        view.put("collectedAt", time(rs.getTimestamp("collected_at")));
        view.put("closedAt", time(rs.getTimestamp("closed_at")));
        view.put("handledAt", time(rs.getTimestamp("handled_at")));
        view.put("headers", json(rs.getString("headers")));
        body(view, "body", rs.getBytes("body"));
        body(view, "editedBody", rs.getBytes("edited_body"));
        return view;
    }

    /** As text where it is text, else its bytes in base 64. */
    private static void body(Map<String, Object> view, String name, byte[] body) {
        String text = null;
        String base64 = null;
        if (body != null) {
            try {
                text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(body))
                        .toString();
            } catch (CharacterCodingException notText) {
                base64 = Base64.getEncoder().encodeToString(body);
            }
        }
        view.put(name, text);
        view.put(name + "Base64", base64);
    }

    private JsonNode json(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The headers of a dead letter cannot be read back", e);
        }
    }

    static String time(Timestamp at) {
        return at == null ? null : at.toInstant().toString();
    }
}
