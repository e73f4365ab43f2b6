package org.orderway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The product, with its simulated gateway and carrier in it.
 *
 * @param journey {@code full}, or {@code reference}: as near to the hand-written pipeline's journey as roles and topology take it
 */
record Orderway(String queueType, String journey) implements Pipeline {

    static final String FULL = "full";
    static final String REFERENCE = "reference";

    @Override
    public String name() {
        return journey.equals(FULL) ? "orderway" : "orderway-" + journey;
    }

    @Override
    public String title() {
        return journey.equals(FULL) ? "Orderway, full journey" : "Orderway, limited to the reference's journey";
    }

    @Override
    public Path folder() {
        return Path.of("target");
    }

    @Override
    public List<String> arguments(Path topology) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.profiles.active=rabbitmq,simulators",
                "--orderway.simulators.delivered-after=0s",
                "--orderway.topology.queue-type=" + queueType));
        if (journey.equals(REFERENCE)) {
            Files.writeString(topology, ReferenceJourney.of(Path.of("application.yml")));
            arguments.add("--spring.config.additional-location=file:" + topology);
            // The state of articles goes to the catalogue by itself, every second: not here.
            arguments.add("--orderway.inventory.tell-every=86400000");
        }
        return arguments;
    }

    @Override
    public Map<String, String> environment(Rabbit rabbit, Database database, int mailPort) {
        Map<String, String> environment = new HashMap<>();
        environment.put("ORDERWAY_API_KEYS", "not-required");
        environment.put("ORDERWAY_SECURITY_REQUESTSPERSECOND", "0");
        environment.put("ORDERWAY_RABBITMQ_ADDRESSES", rabbit.address());
        environment.put("ORDERWAY_RABBITMQ_VHOST", rabbit.vhost());
        environment.put("ORDERWAY_RABBITMQ_USER", rabbit.user());
        environment.put("ORDERWAY_RABBITMQ_PASSWORD", rabbit.password());
        environment.put("ORDERWAY_DATABASE_URL", database.jdbcUrl());
        environment.put("ORDERWAY_DATABASE_USER", database.user());
        environment.put("ORDERWAY_DATABASE_PASSWORD", database.password());
        environment.put("ORDERWAY_MAIL_HOST", "127.0.0.1");
        environment.put("ORDERWAY_MAIL_PORT", Integer.toString(mailPort));
        if (journey.equals(REFERENCE)) {
            environment.put("ORDERWAY_ROLES", ReferenceJourney.ROLES);
        }
        return environment;
    }

    /** Of the reference's journey the trail has all but what is told to analytics alone. */
    @Override
    public String missingInAudit() {
        String key = journey.equals(REFERENCE) ? "order.analytics.%" : "";
        return """
                with o as (select id, number from orders where number like ?)
                select (select count(*) from outcomes s, json_array_elements(s.messages) m
                        where s.order_id in (select id from o) and m ->> 'exchange' = 'order_events'
                          and m ->> 'routingKey' not like '%s'
                          and not exists (select 1 from audit_events a where a.event_id = m ->> 'id'))
                     + (select count(*) from o where number not like 'straight-%%' and not exists
                            (select 1 from audit_events a where a.order_id = o.id and a.type = 'order.placed'))
                """
                .formatted(key);
    }

    @Override
    public Map<String, String> books() {
        Map<String, String> books = new LinkedHashMap<>();
        books.put("orders that are not shipped", "select count(*) from orders where status <> 'SHIPPED'");
        books.put(
                "orders whose capture is not their price",
                """
                select count(*) from orders
                where captured <> case payment_method when 'prepaid' then total else 0 end
                """);
        books.put(
                "difference between charges and captures",
                """
                select (select coalesce(sum(amount), 0) from simulators.charges where status = 'captured')
                    - (select coalesce(sum(captured), 0) from orders)
                """);
        books.put(
                "charges beyond one for each prepaid order",
                """
                select (select count(*) from simulators.charges)
                    - (select count(*) from orders where payment_method = 'prepaid' and total > 0)
                """);
        books.put(
                "parcels beyond one for each order",
                "select (select count(*) from simulators.shipments) - (select count(*) from orders)");
        books.put(
                "articles whose stock does not add up",
                """
                select count(*) from products p
                left join (select sku, sum(quantity) as ordered from order_lines group by sku) l using (sku)
                where p.received <> p.on_hand + p.sold or p.reserved <> 0 or p.sold <> coalesce(l.ordered, 0)
                """);
        return books;
    }
}
