package org.orderway.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The pipeline of Spring AMQP by hand, in bench/spring. */
record ByHand(String queueType) implements Pipeline {

    static final int PUBLISHES = 5;
    static final int DELIVERIES = 17;

    @Override
    public String name() {
        return "spring";
    }

    @Override
    public String title() {
        return "hand-written Spring AMQP";
    }

    @Override
    public Path folder() {
        return Path.of("bench", "spring", "target");
    }

    @Override
    public int[] messages() {
        return new int[] {PUBLISHES, DELIVERIES};
    }

    @Override
    public List<String> arguments(Path topology) {
        // The application.yml of the working directory is Orderway's.
        return List.of("--spring.config.location=classpath:/", "--pipeline.queue-type=" + queueType);
    }

    @Override
    public Map<String, String> environment(Rabbit rabbit, Database database, int mailPort) {
        return Map.of(
                "SPRING_RABBITMQ_ADDRESSES", rabbit.address(),
                "SPRING_RABBITMQ_VIRTUALHOST", rabbit.vhost(),
                "SPRING_RABBITMQ_USERNAME", rabbit.user(),
                "SPRING_RABBITMQ_PASSWORD", rabbit.password(),
                "SPRING_DATASOURCE_URL", database.jdbcUrl(),
                "SPRING_DATASOURCE_USERNAME", database.user(),
                "SPRING_DATASOURCE_PASSWORD", database.password());
    }

    @Override
    public String missingInAudit() {
        return """
                with o as (select id, number from orders where number like ?)
                select (select count(*) from outcomes s
                        where s.order_id in (select id from o)
                          and not exists (select 1 from audit_events a where a.event_id = s.message_id))
                     + (select count(*) from o where number not like 'straight-%' and not exists
                            (select 1 from audit_events a where a.order_id = o.id and a.type = 'order.placed'))
                """;
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
                "orders whose price is not that of their lines",
                """
                select count(*) from orders o
                where total <> (select sum(quantity * unit_price) from order_lines l where l.order_id = o.id)
                """);
        books.put(
                "difference between payments and captures",
                "select (select coalesce(sum(amount), 0) from payments) - (select coalesce(sum(captured), 0) from orders)");
        books.put(
                "payments beyond one for each order",
                "select (select count(*) from payments) - (select count(*) from orders)");
        books.put(
                "parcels beyond one for each order",
                "select (select count(*) from shipments) - (select count(*) from orders)");
        books.put(
                "notifications, rows for reports and purchases beyond four, three and one for each order",
                """
                select abs((select count(*) from notifications) - 4 * n) + abs((select count(*) from analytics_events) - 3 * n)
                    + abs((select count(distinct event_id) from purchases) - n)
                from (select count(*) as n from orders) o
                """);
        books.put("messages that wait in the outbox", "select count(*) from outbox");
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
