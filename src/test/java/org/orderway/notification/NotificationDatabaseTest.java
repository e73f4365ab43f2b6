package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.orders.IllegalTransition;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class NotificationDatabaseTest extends DatabaseTest {

    @Autowired
    private Notification notification;

    @Test
    void anInvoiceNobodyIssuedIsNotSent() {
        UUID order = placed("W-1", line(1, "A", 3));

        assertThatThrownBy(() -> notification.intend(event("order.invoiced", order, Map.of())))
                .isInstanceOf(IllegalTransition.class);

        assertThat(count("effects")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-000002", "2025-000001"})
    void anInvoiceOfAnotherNumberIsNotSent(String number) {
        UUID order = placed("W-1", line(1, "A", 3));
        jdbc.sql(
                        """
                        insert into invoices (number, order_id, issued_at, currency, total, content)
                        values ('2026-000001', ?, now(), 'GBP', 7.5, '{}')
                        """)
                .param(order)
                .update();

        assertThatThrownBy(() -> notification.intend(event("order.invoiced", order, Map.of("invoice", number))))
                .isInstanceOf(IllegalTransition.class);

        assertThat(count("effects")).isZero();
    }
}
