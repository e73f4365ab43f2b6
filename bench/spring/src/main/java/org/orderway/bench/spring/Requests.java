package org.orderway.bench.spring;

import java.math.BigDecimal;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Orders, and the articles they are of, over HTTP. */
@RestController
class Requests {

    private final Intake intake;
    private final Outbox outbox;
    private final JdbcClient jdbc;

    Requests(Intake intake, Outbox outbox, JdbcClient jdbc) {
        this.intake = intake;
        this.outbox = outbox;
        this.jdbc = jdbc;
    }

    record Product(String name, String category, BigDecimal price, String currency, long onHand) {}

    /** Answered when the order is committed; the broker is not waited for. */
    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> place(@RequestBody Order order) {
        Intake.Accepted accepted = intake.accept(order);
        if (accepted.entry() != null) {
            outbox.publishSoon(accepted.entry());
        }
        return Map.of("id", accepted.id(), "number", order.number());
    }

    @PutMapping("/products/{sku}")
    void put(@PathVariable String sku, @RequestBody Product product) {
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, received, on_hand)
                        values (:sku, :name, :category, :price, :currency, :onHand, :onHand)
                        on conflict (sku) do update set name = excluded.name, category = excluded.category,
                            price = excluded.price, currency = excluded.currency
                        """)
                .param("sku", sku)
                .param("name", product.name())
                .param("category", product.category())
                .param("price", product.price())
                .param("currency", product.currency())
                .param("onHand", product.onHand())
                .update();
    }
}
