package org.orderway.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.orders.OrderLine;
import org.orderway.testing.DatabaseTest;
import org.orderway.warehouse.PickList.Article;
import org.orderway.warehouse.PickList.Pick;
import org.orderway.warehouse.PickList.Sheet;
import org.springframework.beans.factory.annotation.Autowired;

class PickListDatabaseTest extends DatabaseTest {

    private static final Map<String, Object> ALL = Map.of("limit", 200L);

    @Autowired
    private PickList pickList;

    @BeforeEach
    void articles() {
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand, reserved)
                        values ('A', 'Lamp, large', 'home', 1, 'GBP', true, 90, 90, 0),
                            ('B', '=1+1', 'home', 1, 'GBP', true, 90, 90, 0)
                        """)
                .update();
    }

    @Test
    void picksWhatPaidOrdersHoldArticleByArticleThePriorityLaneFirst() {
        UUID first = order("S-1", "PAID", line(1, "A", 2), line(2, "B", 1));
        UUID second = order("S-2", "PAYMENT_DUE", line(1, "A", 3));
        jdbc.sql("update orders set lane = 'priority' where id = ?")
                .param(second)
                .update();

        Sheet sheet = pickList.read(ALL);

        assertThat(sheet.articles())
                .containsExactly(
                        new Article(
                                "A",
                                "Lamp, large",
                                5,
                                java.util.List.of(
                                        new Pick(second, "S-2", "priority", 3), new Pick(first, "S-1", "normal", 2))),
                        new Article("B", "=1+1", 1, java.util.List.of(new Pick(first, "S-1", "normal", 1))));
        assertThat(sheet.orders()).isEqualTo(2);
        assertThat(sheet.complete()).isTrue();
        assertThat(pickList.csv(sheet))
                .isEqualTo(
                        """
                        sku,name,pieces,order,number,lane,quantity
                        A,"Lamp, large",5,%2$s,S-2,priority,3
                        A,"Lamp, large",5,%1$s,S-1,normal,2
                        B,'=1+1,1,%1$s,S-1,normal,1
                        """
                                .formatted(first, second)
                                .replace("\n", "\r\n"));
    }

    @Test
    void picksNothingForOrdersThatAreNotPaidYetOrHaveEndedOrLeft() {
        for (String status : new String[] {"CREATED", "RESERVED", "CANCELLING", "CANCELLED", "FAILED", "SHIPPED"}) {
            order("S-" + status, status, line(1, "A", 2));
        }

        assertThat(pickList.read(ALL).articles()).isEmpty();
    }

    @Test
    void picksNoPieceThatIsSoldOrGivenBack() {
        UUID order = order("S-1", "PAID", line(1, "A", 2), line(2, "B", 1));
        jdbc.sql("update reservations set state = 'sold' where order_id = ? and sku = 'A'")
                .param(order)
                .update();

        assertThat(pickList.read(ALL).articles()).extracting(Article::sku).containsExactly("B");
    }

    @Test
    void saysWhenMoreOrdersWaitThanAreListed() {
        order("S-1", "PAID", line(1, "A", 2));
        order("S-2", "PAID", line(1, "A", 3));

        Sheet sheet = pickList.read(Map.of("limit", 1L));

        assertThat(sheet.complete()).isFalse();
        assertThat(sheet.orders()).isEqualTo(1);
        assertThat(sheet.articles()).singleElement().satisfies(article -> assertThat(article.quantity())
                .as("the oldest first")
                .isEqualTo(2));
    }

    private UUID order(String number, String status, OrderLine... lines) {
        UUID order = placed(number, lines);
        status(order, status);
        for (OrderLine line : lines) {
            jdbc.sql("insert into reservations (order_id, sku, quantity, state) values (?, ?, ?, 'held')")
                    .params(order, line.sku(), line.quantity())
                    .update();
        }
        return order;
    }
}
