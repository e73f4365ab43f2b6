package org.orderway.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.orders.OrderRequest;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"carrier-by-country-ask", "carrier-by-country-book"})
class CarrierByCountryRouteTest extends RouteTest {

    @ParameterizedTest
    @CsvSource({"ask, IN, 1, 0", "ask, GB, 0, 1", "book, IN, 1, 0", "book, GB, 0, 1"})
    void aParcelGoesWithTheCarrierOfItsCountry(String what, String country, int india, int others) {
        var shipTo = new OrderRequest.ShipTo("Ada", List.of("1 High St"), "Town", "1", country);
        var shipment = new Shipment(orderId, "shipment-" + orderId, 1, shipTo, List.of(), null, false, true, null);

        assertThat(callWith(what + "-carrier-by-country", "{}", Map.of("shipment", shipment))
                        .getException())
                .isNull();

        assertThat(end("carrier-by-country-" + what + "-india").getExchanges()).hasSize(india);
        assertThat(end("carrier-by-country-" + what + "-others").getExchanges()).hasSize(others);
    }
}
