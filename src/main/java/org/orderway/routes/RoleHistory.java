package org.orderway.routes;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.orders.Decision;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Who switched which role off or on, in which instance and why. It is written before it is done, and what came of it after. */
@Component("roleHistory")
public class RoleHistory {

    private static final int MOST = 200;

    private final JdbcClient jdbc;

    RoleHistory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps what somebody wants. @param action stop or start. @return its number */
    @Transactional
    public long begin(String instance, String role, String action, Decision who, Instant at) {
        return jdbc.sql(
                        """
                        insert into role_changes (instance, role, action, decided_by, reason, at)
                        values (?, ?, ?, ?, ?, ?) returning id
                        """)
                .params(instance, role, action, who.by(), who.reason(), Timestamp.from(at))
                .query(Long.class)
                .single();
    }

    /** Keeps what came of it, in words. */
    @Transactional
    public void end(long id, String outcome) {
        jdbc.sql("update role_changes set outcome = ? where id = ?")
                .params(outcome, id)
                .update();
    }

    /** The latest changes of all instances first. */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> parameters) {
        long limit = Math.min(MOST, (Long) parameters.getOrDefault("limit", 50L));
        List<Map<String, Object>> changes = jdbc.sql(
                        """
                        select instance, role, action, decided_by, reason, at, outcome
                        from role_changes order by id desc limit ?
                        """)
                .param(limit)
                .query((rs, n) -> {
                    Map<String, Object> change = new LinkedHashMap<>();
                    change.put("instance", rs.getString("instance"));
                    change.put("role", rs.getString("role"));
                    change.put("action", rs.getString("action"));
                    change.put("by", rs.getString("decided_by"));
                    change.put("reason", rs.getString("reason"));
                    change.put("at", rs.getTimestamp("at").toInstant().toString());
                    change.put("outcome", rs.getString("outcome"));
                    return change;
                })
                .list();
        return Map.of("changes", changes);
    }
}
