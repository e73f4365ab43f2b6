package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.orders.Order;

class BackOrderSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "true, true, prepaid, true",
        "false, true, prepaid, false",
        "true, false, prepaid, false",
        "true, true, cod, false",
    })
    void anOrderLeavesInPartsWhenTheShopAllowsItTheCustomerTakesThemAndItIsPaidInAdvance(
            boolean allowed, boolean wanted, String method, boolean permitted) {
        Order order = mock();
        when(order.partial()).thenReturn(wanted);
        when(order.paymentMethod()).thenReturn(method);

        assertThat(new BackOrderSettings(allowed, Duration.ofDays(14)).permits(order))
                .isEqualTo(permitted);
    }
}
