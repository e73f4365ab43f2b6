package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.OrderLine;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.IllegalTransactionStateException;

class InventoryDatabaseTest extends DatabaseTest {

    @Autowired
    private Inventory inventory;

    @Autowired
    private Products products;

    /** After whatever a test did. */
    @AfterEach
    void theBooksBalance() {
        assertThat(jdbc.sql(
                                """
                                select p.sku from products p left join
                                  (select sku, sum(quantity) filter (where state = 'held') as held,
                                     sum(quantity) filter (where state = 'sold') as sold from reservations group by sku) r
                                  on r.sku = p.sku
                                where p.reserved <> coalesce(r.held, 0) or p.sold <> coalesce(r.sold, 0)
                                  or p.received <> p.on_hand + p.sold or p.reserved > p.on_hand
                                """)
                        .query(String.class)
                        .list())
                .as("articles whose books do not balance")
                .isEmpty();
    }

    @Test
    void holdsEveryLineAndSaysSoOnce() {
        stock("A", 5);
        stock("B", 1);
        UUID order = created("S-1", line(1, "A", 2), line(2, "B", 1), line(3, "A", 3));

        Outcome first = reserve(order);
        Outcome again = reserve(order);

        assertThat(first.messages()).extracting(OutgoingMessage::type).containsExactly("order.inventory_checked");
        assertThat(again).usingRecursiveComparison().isEqualTo(first);
        assertThat(available("A")).isZero();
        assertThat(available("B")).isZero();
        assertThat(statusOf(order)).isEqualTo("RESERVED");
    }

    @Test
    void holdsNothingWhenOneLineIsShort() {
        stock("A", 5);
        stock("B", 1);
        UUID order = created("S-1", line(1, "A", 5), line(2, "B", 2));

        Outcome refused = reserve(order);

        assertThat(refused.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.failed", "order.analytics.ended");
        assertThat(new String(refused.messages().get(0).body()))
                .contains("\"reason\":\"out_of_stock\"", "\"shortOf\":[\"B\"]");
        assertThat(available("A")).isEqualTo(5);
        assertThat(statusOf(order)).isEqualTo("FAILED");
    }

    @Test
    void addsUpTheLinesOfOneArticle() {
        stock("A", 5);

        assertThat(reserve(created("S-1", line(1, "A", 3), line(2, "A", 3))).messages())
                .extracting(OutgoingMessage::type)
                .contains("order.failed");
        assertThat(available("A")).isEqualTo(5);
    }

    @Test
    void aServiceNeedsNoStock() {
        products.put("POST", mapper.valueToTree(Map.of("name", "Postage", "price", 1, "currency", "GBP")));

        assertThat(reserve(created("S-1", line(1, "POST", 1_000_000))).messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.inventory_checked");
        assertThat(count("reservations")).isZero();
    }

    @Test
    void neverPromisesAPieceTwiceHoweverManyOrdersComeTogether() throws Exception {
        stock("A", 10);
        stock("B", 10);
        List<Callable<Outcome>> deliveries = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            UUID order = i % 2 == 0
                    ? created("S-" + i, line(1, "A", 1), line(2, "B", 1))
                    : created("S-" + i, line(1, "B", 1), line(2, "A", 1));
            deliveries.add(() -> reserve(order));
        }

        List<Outcome> outcomes = together(deliveries);

        assertThat(outcomes)
                .filteredOn(o -> o.messages().get(0).type().equals("order.inventory_checked"))
                .hasSize(10);
        assertThat(available("A")).isZero();
        assertThat(available("B")).isZero();
    }

    @Test
    void givesBackWhatAFailedOrderHeldOnceAndOnlyOnce() {
        stock("A", 5);
        UUID order = created("S-1", line(1, "A", 5));
        reserve(order);
        status(order, "FAILED");

        inventory.restock(event("order.failed", order, Map.of()));
        inventory.restock(event("order.failed", order, Map.of()));

        assertThat(available("A")).isEqualTo(5);
        assertThat(products.read("A").onHand()).isEqualTo(5);
    }

    @Test
    void sellsWhatWasHeldAndDoesNotGiveBackWhatIsSold() {
        stock("A", 5);
        UUID order = created("S-1", line(1, "A", 2));
        reserve(order);

        transaction.executeWithoutResult(t -> inventory.sell(order));
        transaction.executeWithoutResult(t -> inventory.sell(order));
        transaction.executeWithoutResult(t -> inventory.release(order));

        assertThat(products.read("A").onHand()).isEqualTo(3);
        assertThat(available("A")).isEqualTo(3);
        assertThatThrownBy(() -> inventory.sell(order)).isInstanceOf(IllegalTransactionStateException.class);
    }

    @Test
    void aCountBooksTheDifferenceAsReceived() {
        stock("A", 5);
        stock("A", 8);
        assertThat(received("A")).isEqualTo(8);
        stock("A", 6);
        assertThat(received("A")).isEqualTo(6);
        assertThat(available("A")).isEqualTo(6);
    }

    @Test
    void aCountBelowWhatIsPromisedIsRefused() {
        stock("A", 5);
        reserve(created("S-1", line(1, "A", 4)));

        assertThatThrownBy(() -> stock("A", 3)).isInstanceOf(StockCountTooLow.class);
        stock("A", 4);
        assertThat(available("A")).isZero();
    }

    @Test
    void showsNoCountsForAService() {
        Product service =
                products.put("POST", mapper.valueToTree(Map.of("name", "P", "price", "1.5", "currency", "GBP")));

        assertThat(service.onHand()).isNull();
        assertThat(service.available()).isNull();
        assertThat(service.category()).isEqualTo("other");
        assertThat(products.read("POST")).isEqualTo(service);
        assertThatThrownBy(() -> products.read("none")).isInstanceOf(UnknownProduct.class);
    }

    private void stock(String sku, int onHand) {
        products.put(
                sku, mapper.valueToTree(Map.of("name", sku, "price", "2.50", "currency", "GBP", "onHand", onHand)));
    }

    private UUID created(String number, OrderLine... lines) {
        UUID order = placed(number, lines);
        status(order, "CREATED");
        return order;
    }

    private Outcome reserve(UUID order) {
        return inventory.reserve(event("order.created", order, Map.of()));
    }

    private long available(String sku) {
        return products.read(sku).available();
    }

    private long received(String sku) {
        return jdbc.sql("select received from products where sku = ?")
                .param(sku)
                .query(Long.class)
                .single();
    }
}
