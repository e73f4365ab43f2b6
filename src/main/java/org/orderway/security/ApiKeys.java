package org.orderway.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keys by which shops are known, several for each so that one can be replaced while the other still works. A key is shown
 * once, when it is made; kept is its hash, and its first characters, by which people tell it from others.
 */
@Component("apiKeys")
public class ApiKeys {

    private static final String PREFIX = "ow_";
    private static final int RANDOM_BYTES = 32;
    private static final int SHOWN = PREFIX.length() + 6;

    /** How long a key that was found good is not asked for again; a revoked one works so long at other instances. */
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Good> good = new ConcurrentHashMap<>();

    ApiKeys(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A key as people see it. @param revokedAt null while it works */
    public record ApiKey(
            long id,
            String shop,
            String begins,
            Instant createdAt,
            String createdBy,
            Instant revokedAt,
            String revokedBy) {}

    /**
     * Makes a key.
     *
     * @param request {@code shop} it is for, and {@code by}, who makes it
     * @return what is kept of it and, this once, the key itself
     */
    public Map<String, Object> create(JsonNode request) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        long id = jdbc.sql("insert into api_keys (shop, hash, begins, created_by) values (?, ?, ?, ?) returning id")
                .params(
                        request.path("shop").asText(),
                        SettingsPasswords.digest(key),
                        key.substring(0, SHOWN),
                        request.path("by").asText())
                .query(Long.class)
                .single();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("shop", request.path("shop").asText());
        answer.put("key", key);
        return answer;
    }

    /** All keys, the latest first, those that were revoked too. */
    public List<ApiKey> list() {
        return jdbc.sql(
                        """
                        select id, shop, begins, created_at, created_by, revoked_at, revoked_by
                        from api_keys order by id desc limit 1000
                        """)
                .query(ApiKey.class)
                .list();
    }

    /**
     * Ends a key; a repetition changes nothing.
     *
     * @param request {@code by}, who does it
     * @throws UnknownApiKey when there is none
     */
    public ApiKey revoke(long id, JsonNode request) {
        ApiKey revoked = jdbc.sql(
                        """
                        update api_keys set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, ?)
                        where id = ? returning id, shop, begins, created_at, created_by, revoked_at, revoked_by
                        """)
                .params(request.path("by").asText(), id)
                .query(ApiKey.class)
                .optional()
                .orElseThrow(() -> new UnknownApiKey(id));
        good.clear();
        return revoked;
    }

    /** The shop that a key belongs to; empty when nobody has it, or not any more. */
    public Optional<String> shopOf(String key) {
        byte[] hash = SettingsPasswords.digest(key);
        String name = HexFormat.of().formatHex(hash);
        Instant now = clock.instant();
        Good known = good.get(name);
        if (known != null && now.isBefore(known.until)) {
            return Optional.of(known.shop);
        }
        Optional<String> shop = jdbc.sql("select shop from api_keys where hash = ? and revoked_at is null")
                .param(hash)
                .query(String.class)
                .optional();
        shop.ifPresentOrElse(found -> good.put(name, new Good(found, now.plus(REMEMBERED))), () -> good.remove(name));
        return shop;
    }

    private record Good(String shop, Instant until) {}
}
