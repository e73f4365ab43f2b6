package org.orderway.routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Every version of the routes that was at work, with all of its texts: any of them can come back. */
@Component("routeHistory")
public class RouteHistory {

    private static final int MOST = 200;

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;

    RouteHistory(JdbcClient jdbc, ObjectMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /**
     * A change of version.
     *
     * @param kind   start, edit, rollback, or restored: the old version came back by itself
     * @param texts  all files of the version by their paths
     * @param diff   what changed, file by file
     * @param shadow what became of recorded orders in a shadow run, in words; null when there was none
     */
    public record Change(
            String version,
            String previous,
            String kind,
            String by,
            String reason,
            Instant at,
            Map<String, String> texts,
            String diff,
            String shadow) {}

    /** Keeps a change. A start with the version that was at work last is none. */
    @Transactional
    public void record(Change change) {
        Map<String, String> files = new TreeMap<>();
        change.texts().forEach((path, text) -> {
            String hash = RouteFile.hash(text);
            files.put(path, hash);
            jdbc.sql("insert into route_texts (hash, text) values (?, ?) on conflict (hash) do nothing")
                    .params(hash, text)
                    .update();
        });
        jdbc.sql(
                        """
                        insert into route_versions (version, files) values (?, cast(? as jsonb))
                        on conflict (version) do nothing
                        """)
                .params(change.version(), json(files))
                .update();
        if (change.kind().equals("start") && change.version().equals(latest())) {
            return;
        }
        jdbc.sql(
                        """
                        insert into route_changes (version, previous, kind, decided_by, reason, at, diff, shadow)
                        values (?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                .params(
                        change.version(),
                        change.previous(),
                        change.kind(),
                        change.by(),
                        change.reason(),
                        Timestamp.from(change.at()),
                        change.diff(),
                        change.shadow())
                .update();
    }

    private String latest() {
        return jdbc.sql("select version from route_changes order by id desc limit 1")
                .query(String.class)
                .optional()
                .orElse(null);
    }

    /** The latest changes first. */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> parameters) {
        long limit = Math.min(MOST, (Long) parameters.getOrDefault("limit", 50L));
        List<Map<String, Object>> changes = jdbc.sql(
                        """
                        select version, previous, kind, decided_by, reason, at, diff, shadow
                        from route_changes order by id desc limit ?
                        """)
                .param(limit)
                .query((rs, n) -> {
                    Map<String, Object> change = new LinkedHashMap<>();
                    change.put("version", rs.getString("version"));
                    change.put("previous", rs.getString("previous"));
                    change.put("kind", rs.getString("kind"));
                    change.put("by", rs.getString("decided_by"));
                    change.put("reason", rs.getString("reason"));
                    change.put("at", rs.getTimestamp("at").toInstant().toString());
                    change.put("diff", rs.getString("diff"));
                    change.put("shadow", rs.getString("shadow"));
                    return change;
                })
                .list();
        return Map.of("changes", changes);
    }

    /** The files of a version by their paths. @throws UnknownVersion when it was never at work */
    @Transactional(readOnly = true)
    public Map<String, String> texts(String version) {
        String files = jdbc.sql("select files from route_versions where version = ?")
                .param(version)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new UnknownVersion(version));
        Map<String, String> texts = new TreeMap<>();
        hashes(files)
                .forEach((path, hash) -> texts.put(
                        path,
                        jdbc.sql("select text from route_texts where hash = ?")
                                .param(hash)
                                .query(String.class)
                                .single()));
        return texts;
    }

    private String json(Map<String, String> files) {
        try {
            return mapper.writeValueAsString(files);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> hashes(String json) {
        try {
            return mapper.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A recorded version cannot be read back", e);
        }
    }
}
