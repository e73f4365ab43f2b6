package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Who ordered, and how they want to be told. Without a preference everything is told, by mail. */
@Component("customers")
public class Customers {

    private final JdbcClient jdbc;

    Customers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The customers who ordered, by id, from the one after this on. */
    public List<String> after(String customerId, int limit) {
        return jdbc.sql("select distinct customer_id from orders where customer_id > ? order by customer_id limit ?")
                .params(customerId, limit)
                .query(String.class)
                .list();
    }

    /**
     * Where a customer is reached on a channel: the mail address of the latest order that has one, the phone number or the
     * token of the app.
     *
     * @param channel   {@code mail}, {@code sms} or {@code app}
     * @param promotion whether it is about a promotion, which the customer may not want
     * @return nothing when the customer does not want to be told that way, or gave no address
     */
    public Optional<String> address(String customerId, String channel, boolean promotion) {
        return jdbc.sql(
                        """
                        select case cast(:channel as text)
                            when 'mail' then case when coalesce(p.mail, true) then (
                                select o.customer_email from orders o
                                where o.customer_id = c.id and o.customer_email is not null
                                order by o.id desc limit 1) end
                            when 'sms' then p.phone
                            when 'app' then p.device_token end as address
                        from (select cast(:customer as text) as id) c
                        left join customer_preferences p on p.customer_id = c.id
                        where not :promotion or coalesce(p.promotions, true)
                        """)
                .param("channel", channel)
                .param("customer", customerId)
                .param("promotion", promotion)
                .query((rs, n) -> Optional.ofNullable(rs.getString("address")))
                .optional()
                .flatMap(address -> address);
    }

    /**
     * How a customer is told of orders.
     *
     * @param promotions  whether promotions are wanted
     * @param mail        whether mails are wanted
     * @param phone       for text messages, null when these are not wanted
     * @param deviceToken of the app, null when messages there are not wanted
     * @param locale      BCP 47, or null
     */
    public record Reach(boolean promotions, boolean mail, String phone, String deviceToken, String locale) {}

    /** How a customer wants to be told: by mail, without a preference. */
    public Reach reach(String customerId) {
        return jdbc.sql(
                        """
                        select promotions, mail, phone, device_token, locale from customer_preferences
                        where customer_id = ?
                        """)
                .param(customerId)
                .query(Reach.class)
                .optional()
                .orElse(new Reach(true, true, null, null, null));
    }

    /**
     * Replaces the preferences of a customer, who need not have ordered yet.
     *
     * @param wanted {@code promotions}, {@code locale}, and {@code channels} with {@code mail}, {@code sms.phone} and
     *               {@code app.deviceToken}
     */
    @Transactional
    public Map<String, Object> prefer(String customerId, JsonNode wanted) {
        jdbc.sql(
                        """
                        insert into customer_preferences (customer_id, promotions, mail, phone, device_token, locale)
                        values (?, ?, ?, ?, ?, ?) on conflict (customer_id) do update set
                            promotions = excluded.promotions, mail = excluded.mail, phone = excluded.phone,
                            device_token = excluded.device_token, locale = excluded.locale, updated_at = now()
                        """)
                .params(
                        customerId,
                        wanted.path("promotions").asBoolean(true),
                        wanted.at("/channels/mail").asBoolean(true),
                        wanted.at("/channels/sms/phone").textValue(),
                        wanted.at("/channels/app/deviceToken").textValue(),
                        wanted.path("locale").textValue())
                .update();
        return preferences(customerId);
    }

    /** The preferences of a customer as the API shows them. */
    @Transactional(readOnly = true)
    public Map<String, Object> preferences(String customerId) {
        return view(customerId, reach(customerId));
    }

    private static Map<String, Object> view(String customerId, Reach reach) {
        Map<String, Object> channels = new LinkedHashMap<>();
        channels.put("mail", reach.mail());
        if (reach.phone() != null) {
            channels.put("sms", Map.of("phone", reach.phone()));
        }
        if (reach.deviceToken() != null) {
            channels.put("app", Map.of("deviceToken", reach.deviceToken()));
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("customer", customerId);
        view.put("promotions", reach.promotions());
        view.put("channels", channels);
        if (reach.locale() != null) {
            view.put("locale", reach.locale());
        }
        return view;
    }
}
