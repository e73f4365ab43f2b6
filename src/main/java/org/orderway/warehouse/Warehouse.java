package org.orderway.warehouse;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.util.HtmlUtils;

/** What the warehouse has to replenish. It hears of it by one mail each time an article becomes low. */
@Component("warehouse")
public class Warehouse {

    private final JdbcClient jdbc;
    private final String address;
    private final String mailDomain;

    Warehouse(
            JdbcClient jdbc,
            @Value("${orderway.warehouse.mail}") String address,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.jdbc = jdbc;
        this.address = address;
        this.mailDomain = mailDomain;
    }

    /** A mail to the warehouse, not known to be sent. @param time how often the article had become low by then */
    public record LowMail(
            String sku, long time, String messageId, String to, String subject, String text, String html) {}

    /**
     * Notes that an article became low, which is the intent to mail it. An open intent is sent again, under the same
     * Message-ID.
     *
     * @return null when it was sent before, is over by now, or nobody wants mails
     */
    @Transactional
    public LowMail low(JsonNode event) {
        String sku = event.path("sku").asText();
        long time = event.path("time").asLong();
        jdbc.sql(
                        """
                        insert into warehouse_articles as w
                            (sku, name, low_time, low_sequence, low_since, available, low_at)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (sku) do update set name = excluded.name, low_time = excluded.low_time,
                            low_sequence = excluded.low_sequence, low_since = excluded.low_since,
                            available = excluded.available, low_at = excluded.low_at, mailed_at = null
                        where w.low_time is null or w.low_time < excluded.low_time
                        """)
                .params(
                        sku,
                        event.path("name").asText(),
                        time,
                        event.path("sequence").asLong(),
                        time(event),
                        event.path("available").asLong(),
                        event.path("lowAt").asLong())
                .update();
        boolean isDue = jdbc.sql(
                        """
                        select open and low_time = ? and mailed_at is null from warehouse_articles
                        where sku = ? for update
                        """)
                .params(time, sku)
                .query(Boolean.class)
                .single();
        return isDue && !address.isBlank() ? mail(sku, time, event) : null;
    }

    private LowMail mail(String sku, long time, JsonNode event) {
        String text =
                """
                %s (%s) is low: %d pieces are available, the threshold is %d.

                When pieces came in: POST /products/%s/stock
                You will hear of this article again when it rose above its threshold and becomes low another time.
                """
                        .formatted(
                                event.path("name").asText(),
                                sku,
                                event.path("available").asLong(),
                                event.path("lowAt").asLong(),
                                sku);
        UUID subject = UUID.nameUUIDFromBytes(sku.getBytes(StandardCharsets.UTF_8));
        return new LowMail(
                sku,
                time,
                "<" + EventIds.of(subject, "mail", "low " + time) + "@" + mailDomain + ">",
                address,
                "Low: " + event.path("name").asText() + " (" + sku + ")",
                text,
                "<p>" + HtmlUtils.htmlEscape(text, "UTF-8").replaceAll("\\R", "<br>") + "</p>");
    }

    /** The mail server took it. */
    @Transactional
    public void mailed(LowMail mail) {
        jdbc.sql("update warehouse_articles set mailed_at = now() where sku = ? and low_time = ?")
                .params(mail.sku(), mail.time())
                .update();
    }

    /** Notes that pieces came in: if the article is above its threshold by them, there is nothing to replenish any more. */
    @Transactional
    public void replenished(JsonNode event) {
        jdbc.sql(
                        """
                        insert into warehouse_articles as w
                            (sku, name, replenished_sequence, replenished_at, replenished_quantity, enough)
                        values (?, ?, ?, ?, ?, ?)
                        on conflict (sku) do update set name = excluded.name,
                            replenished_sequence = excluded.replenished_sequence, replenished_at = excluded.replenished_at,
                            replenished_quantity = excluded.replenished_quantity, enough = excluded.enough
                        where w.replenished_sequence is null or w.replenished_sequence < excluded.replenished_sequence
                        """)
                .params(
                        event.path("sku").asText(),
                        event.path("name").asText(),
                        event.path("sequence").asLong(),
                        time(event),
                        event.path("quantity").asLong(),
                        event.path("available").asLong() > event.path("lowAt").asLong())
                .update();
    }

    /**
     * A page of articles that became low, by their SKU.
     *
     * @param filter {@code limit}, and where wanted {@code open} ("true": to be replenished still; "false": done) and
     *               {@code after}, the {@code next} of the page before
     */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> filter) {
        int size = ((Number) filter.get("limit")).intValue();
        List<Replenishment> found = jdbc.sql(
                        """
                        select * from warehouse_articles
                        where low_time is not null and open = any(:open) and sku > :after order by sku limit :rows
                        """)
                .param(
                        "open",
                        filter.containsKey("open")
                                ? new Boolean[] {"true".equals(filter.get("open"))}
                                : new Boolean[] {true, false})
                .param("after", filter.getOrDefault("after", ""))
                .param("rows", size + 1)
                .query((rs, n) -> new Replenishment(
                        rs.getString("sku"),
                        rs.getString("name"),
                        rs.getBoolean("open"),
                        rs.getTimestamp("low_since").toInstant(),
                        rs.getLong("available"),
                        rs.getLong("low_at"),
                        instant(rs.getTimestamp("mailed_at")),
                        instant(rs.getTimestamp("replenished_at")),
                        rs.getObject("replenished_quantity", Long.class)))
                .list();
        boolean more = found.size() > size;
        List<Replenishment> page = more ? found.subList(0, size) : found;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("replenishments", page);
        view.put("next", more ? page.get(size - 1).sku() : null);
        return view;
    }

    private static Timestamp time(JsonNode event) {
        return Timestamp.from(Instant.parse(event.path("occurredAt").asText()));
    }

    private static Instant instant(Timestamp at) {
        return at == null ? null : at.toInstant();
    }

    /**
     * An article of the list.
     *
     * @param open      whether it has to be replenished still
     * @param available pieces that were left when it became low
     */
    record Replenishment(
            String sku,
            String name,
            boolean open,
            Instant lowSince,
            long available,
            long lowAt,
            Instant mailedAt,
            Instant replenishedAt,
            Long replenishedQuantity) {}
}
