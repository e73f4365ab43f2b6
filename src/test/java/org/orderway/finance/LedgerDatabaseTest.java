package org.orderway.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Event;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;

class LedgerDatabaseTest extends DatabaseTest {

    @Autowired
    private Ledger ledger;

    private UUID order;

    @BeforeEach
    void anOrderOfWhichAPartWentBack() {
        order = placed("S-1", line(1, "A", 3));
        jdbc.sql("update orders set captured = 7.5, refunded = 2.5").update();
        jdbc.sql("insert into chargebacks (id, order_id, amount) values ('cb-1', ?, 1.5)")
                .param(order)
                .update();
    }

    @ParameterizedTest(name = "{0} of a {1} order")
    @CsvSource({
        "payment.succeeded, prepaid, 7.5, captured 7.5",
        "payment.succeeded, cod, 7.5, collected 7.5",
        "payment.refunded, prepaid, 2.5, refunded -2.5",
        "payment.chargeback, prepaid, 1.5, charged_back -1.5"
    })
    void aMovementIsOneEntryWithItsSign(String type, String method, BigDecimal amount, String entry) {
        jdbc.sql("update orders set payment_method = ?").param(method).update();
        Event event = movement(type, order, amount);

        ledger.book(event);
        ledger.book(event);

        assertThat(entries()).containsExactly(entry);
    }

    @Test
    void ofManyDeliveriesAtTheSameMomentOneIsBooked() throws Exception {
        Event event = movement("payment.succeeded", order, new BigDecimal("7.5"));

        together(Stream.generate(() -> (java.util.concurrent.Callable<Void>) () -> {
                    ledger.book(event);
                    return null;
                })
                .limit(8)
                .toList());

        assertThat(entries()).containsExactly("captured 7.5");
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "payment.succeeded, 7.51, GBP",
        "payment.refunded, 2.51, GBP",
        "payment.chargeback, 1.51, GBP",
        "payment.succeeded, 7.5, EUR"
    })
    void moneyIsNotBookedBecauseSomebodySaysSo(String type, BigDecimal amount, String currency) {
        Event event = event(
                type, order, Map.of("paymentId", "p-1", "method", "prepaid", "amount", amount, "currency", currency));

        assertThatThrownBy(() -> ledger.book(event)).isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> ledger.book(movement(type, UUID.randomUUID(), BigDecimal.ONE)))
                .isInstanceOf(UnknownOrder.class);
        assertThat(count("ledger_entries")).isZero();
    }

    @Test
    void anEntryIsNeverChanged() {
        ledger.book(movement("payment.succeeded", order, new BigDecimal("7.5")));

        assertThatThrownBy(() ->
                        jdbc.sql("update ledger_entries set amount = 1000").update())
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("never changed");
        assertThatThrownBy(() -> jdbc.sql("delete from ledger_entries").update())
                .isInstanceOf(DataAccessException.class);
    }

    private Event movement(String type, UUID of, BigDecimal amount) {
        return event(type, of, Map.of("paymentId", "p-1", "amount", amount, "currency", "GBP"));
    }

    private List<String> entries() {
        return jdbc.sql("select kind || ' ' || amount from ledger_entries order by occurred_at")
                .query(String.class)
                .list();
    }
}
