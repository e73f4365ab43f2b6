package org.orderway.desk;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.orders.Cancellation;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.OpenLetters;
import org.orderway.orders.Order;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentState;
import org.orderway.orders.Timeline;
import org.orderway.orders.UnknownOrder;
import org.orderway.outages.Outages;
import org.orderway.routes.Doors;
import org.springframework.dao.DataAccessResourceFailureException;

/** The pages with data, without, and when something goes wrong; for those who only look on, and for operators. */
class PagesTest extends PageTest {

    private static final UUID ID = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");

    @BeforeEach
    void anOrder() {
        when(view.read(ID.toString())).thenReturn(shown("SHIPPED"));
        when(orders.find(ID)).thenReturn(Optional.of(order(OrderStatus.SHIPPED)));
        when(flow.picture()).thenReturn(new Flow.Picture(List.of(), List.of()));
        when(flow.of(any()))
                .thenReturn(new Flow.Picture(
                        List.of(new Flow.Box("inventory_queue", "inventory", "hold", 1, 1, 9, "done", 3L, false)),
                        List.of(new Flow.Way("M0 0", true))));
    }

    @Test
    void theOverviewSaysAtAGlanceThatAllIsWell() throws Exception {
        when(overview.now()).thenReturn(snapshot(List.of()));

        mvc.perform(get("/desk"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("All is well")))
                .andExpect(content().string(containsString("No message had to be tried again.")))
                .andExpect(content().string(containsString("Nothing has failed yet.")));
    }

    @Test
    void theOverviewSaysWhatIsWrongSinceWhenAndWhatCanBeDone() throws Exception {
        when(overview.now())
                .thenReturn(snapshot(List.of(Trouble.bad(
                        "3 messages of shipping_queue failed for good: HTTP 500",
                        NOW.minusSeconds(180),
                        "Mend the cause, then send them again.",
                        "/desk/dead-letters/kinds/f-1",
                        "Look and replay"))));

        mvc.perform(get("/desk/now"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("1 thing needs a look")))
                .andExpect(content().string(containsString("3 messages of shipping_queue failed for good: HTTP 500")))
                .andExpect(content().string(containsString("3 min ago")))
                .andExpect(content().string(containsString("href=\"/desk/dead-letters/kinds/f-1\"")))
                .andExpect(content().string(not(containsString("<html"))));
    }

    @Test
    void theOverviewWorksWhileTheDatabaseIsAway() throws Exception {
        Snapshot well = snapshot(List.of());
        when(overview.now())
                .thenReturn(new Snapshot(
                        NOW,
                        List.of(Trouble.bad("The database does not answer", null, "", null, null)),
                        null,
                        well.queues(),
                        null,
                        true,
                        null,
                        well.outages(),
                        List.of(),
                        7));

        mvc.perform(get("/desk"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("The database does not answer")))
                .andExpect(content().string(containsString("The broker has not told its figures yet")));
    }

    @Test
    void noPageCarriesScriptOrStyleOfItsOwnSoThatAStrictPolicyMayForbidIt() throws Exception {
        when(overview.now()).thenReturn(snapshot(List.of()));
        when(catalogue.list(any())).thenReturn(Map.of("products", List.of()));

        for (String page : List.of("/", "/desk", "/desk/orders", "/desk/orders/" + ID)) {
            mvc.perform(get(page))
                    .andExpect(content()
                            .string(allOf(
                                    not(containsString("<style")),
                                    not(containsString(" style=")),
                                    not(containsString(" onclick=")),
                                    not(containsString("http://")),
                                    not(containsString("https://")))))
                    .andExpect(content().string(containsString("includeIndicatorStyles")));
        }
    }

    @Test
    void anOrderIsFoundByItsIdItsNumberAndItsCustomersIdOrMail() throws Exception {
        when(orders.list(null, null, "W-1001", null, 25)).thenReturn(List.of(summary("W-1001")));
        when(orders.list(null, "c-7", null, null, 25)).thenReturn(List.of(summary("W-1002")));
        when(orders.ofMail("ada@example.org", 25)).thenReturn(List.of(summary("W-1003")));

        mvc.perform(get("/desk/orders").param("q", " " + ID + " ")).andExpect(redirectedUrl("/desk/orders/" + ID));
        mvc.perform(get("/desk/orders").param("q", "W-1001"))
                .andExpect(content().string(containsString("W-1001")));
        mvc.perform(get("/desk/orders").param("q", "c-7")).andExpect(content().string(containsString("W-1002")));
        mvc.perform(get("/desk/orders").param("q", "ada@example.org"))
                .andExpect(content().string(containsString("W-1003")));
        mvc.perform(get("/desk/orders").param("q", "nobody"))
                .andExpect(content().string(containsString("Nothing was found")));
    }

    @Test
    void theListOfOrdersGoesOnPageByPageAndSaysWhenThereAreNone() throws Exception {
        mvc.perform(get("/desk/orders")).andExpect(content().string(containsString("No orders yet")));

        when(orders.list("SHIPPED", null, null, null, 26))
                .thenReturn(java.util.stream.IntStream.range(0, 26)
                        .mapToObj(n -> summary("W-" + n))
                        .toList());
        mvc.perform(get("/desk/orders").param("status", "SHIPPED"))
                .andExpect(content().string(containsString("W-24")))
                .andExpect(content().string(not(containsString("W-25"))))
                .andExpect(content().string(containsString("after=" + ID)));
    }

    @Test
    void anOrderShowsItsTimelineAndWhatItWaitsFor() throws Exception {
        mvc.perform(get("/desk/orders/" + ID))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("order.created")))
                .andExpect(content().string(containsString("shipping_queue waits until 10:03:05 UTC (retry 1)")))
                .andExpect(content().string(containsString("order.confirmed sent")))
                .andExpect(content().string(containsString("/desk/dead-letters/4")));
    }

    @Test
    void customersDataIsForOperatorsOnly() throws Exception {
        mvc.perform(get("/desk/orders/" + ID).with(viewer()))
                .andExpect(content().string(not(containsString("ada@example.org"))))
                .andExpect(content().string(not(containsString("12 St James"))))
                .andExpect(content().string(not(containsString("Take everything back"))));
        mvc.perform(get("/desk/orders/" + ID).with(operator()))
                .andExpect(content().string(containsString("ada@example.org")))
                .andExpect(content().string(containsString("12 St James")))
                .andExpect(content().string(containsString("Take everything back")));
    }

    @Test
    void anOperatorCancelsAnOrderAndAViewerDoesNot() throws Exception {
        when(cancellation.requested(any(), any()))
                .thenReturn(new Cancellation.Answer(ID, "W-1001", "CANCELLED", List.of()));

        mvc.perform(post("/desk/orders/" + ID + "/cancel")
                        .param("reason", "ordered twice")
                        .with(viewer()))
                .andExpect(status().isForbidden());
        verify(cancellation, never()).requested(any(), any());

        mvc.perform(post("/desk/orders/" + ID + "/cancel")
                        .param("reason", "Ordered twice!")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/orders/" + ID));
        verify(cancellation).requested(eq(Map.of("id", ID.toString())), eq(json("{\"reason\": \"ordered_twice\"}")));
        verify(doors).handToOutbox(List.of());
    }

    @Test
    void whatIsNotThereIsAPageThatSaysSo() throws Exception {
        when(view.read(any())).thenThrow(new UnknownOrder(ID));

        mvc.perform(get("/desk/orders/" + ID))
                .andExpect(status().isNotFound())
                .andExpect(content().string(containsString("There is nothing here")));
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsAPageThatSaysSo() throws Exception {
        when(orders.list(any(), any(), any(), any(), org.mockito.ArgumentMatchers.anyInt()))
                .thenThrow(new DataAccessResourceFailureException("Connection of ada@example.org refused"));

        mvc.perform(get("/desk/orders"))
                .andExpect(status().isServiceUnavailable())
                .andExpect(content().string(containsString("The database does not answer")))
                .andExpect(content().string(not(containsString("ada@example.org"))));
    }

    @Test
    void theStartPageShowsTheWayOfAnOrderInAPictureAndInWords() throws Exception {
        mvc.perform(get("/start/flow").param("order", ID.toString()))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("data-box=\"inventory_queue\"")))
                .andExpect(content().string(containsString("inventory: done")))
                .andExpect(content().string(containsString("order.created")))
                .andExpect(content().string(not(containsString("ada@example.org"))));
    }

    @Test
    void theStartPagePlacesAnOrderByTheDoorOfTheShopsOnceForEachKey() throws Exception {
        when(doors.placeOrder(any(), any())).thenReturn(new Doors.Answer(202, "{\"id\": \"%s\"}".formatted(ID)));

        mvc.perform(post("/start/orders")
                        .param("sku", "LAMP")
                        .param("ending", "CARRIER")
                        .param("key", "0193a5c0-aaaa"))
                .andExpect(redirectedUrl("/?order=" + ID));

        verify(doors)
                .placeOrder(
                        eq(
                                json(
                                        """
                                        {"priority": false, "currency": "GBP",
                                         "customer": {"id": "visitor-0193a5c0", "name": "A visitor", "email": "visitor-0193a5c0@example.org"},
                                         "shipTo": {"name": "A visitor", "city": "London", "postcode": "CARRIER-500", "country": "GB",
                                                    "lines": ["12 St James Square"]},
                                         "payment": {"method": "prepaid", "token": "tok_ok"},
                                         "lines": [{"sku": "LAMP", "quantity": 1}]}""")),
                        eq("0193a5c0-aaaa"));
    }

    @Test
    void theStartPageTellsWhyAnOrderIsRefused() throws Exception {
        when(doors.placeOrder(any(), any()))
                .thenReturn(
                        new Doors.Answer(
                                400,
                                """
                        {"detail": "The order has mistakes.", "errors": [{"pointer": "/lines/0/quantity", "detail": "must be at least 1"}]}"""));

        mvc.perform(post("/start/orders")
                        .param("sku", "LAMP")
                        .param("quantity", "0")
                        .param("key", "k"))
                .andExpect(redirectedUrl("/"))
                .andExpect(org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash()
                        .attribute("refused", "The order has mistakes. /lines/0/quantity must be at least 1."));
    }

    private static Orders.Summary summary(String number) {
        return new Orders.Summary(
                ID, number, "SHIPPED", null, "normal", new BigDecimal("4.50"), "GBP", "c-7", NOW.toString());
    }

    private static Snapshot snapshot(List<Trouble> troubles) {
        Snapshot.QueueRow queue =
                new Snapshot.QueueRow("shipping_queue", "prepare the parcel", "path", 1L, 2L, 3L, 4L, 0.5, 12.0, 2);
        Snapshot.Records records = new Snapshot.Records(
                List.of(new Snapshot.Minute(NOW, 3, 1, 0.25, null)),
                4,
                0.25,
                null,
                Map.of(OrderStatus.SHIPPED, 4L),
                List.of(new Snapshot.Lane("normal", 3, 0.25, queue), new Snapshot.Lane("priority", 1, null, null)),
                Map.of(),
                List.of(),
                List.of(),
                List.of(Map.of(
                        "invariant", "goods_held", "rule", "Goods are held", "violations", 0L, "evidence", List.of())),
                NOW.toString(),
                List.of());
        return new Snapshot(
                NOW,
                troubles,
                records,
                List.of(queue),
                NOW,
                false,
                NOW,
                new Outages.Report(List.of(), List.of()),
                List.of(),
                7);
    }

    private static Order order(OrderStatus status) {
        return new Order(
                ID,
                "W-1001",
                "normal",
                status,
                null,
                PaymentState.CAPTURED,
                FulfilmentState.SHIPPED,
                new OrderRequest.Customer("c-7", "Ada Lovelace", "ada@example.org"),
                new OrderRequest.ShipTo("Ada Lovelace", List.of("12 St James Square"), "London", "SW1Y 4JH", "GB"),
                "gb",
                "home",
                "GBP",
                new BigDecimal("4.50"),
                "prepaid",
                null,
                new BigDecimal("4.50"),
                BigDecimal.ZERO,
                NOW,
                null,
                null,
                false,
                List.of());
    }

    private static Map<String, Object> shown(String status) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", ID);
        shown.put("number", "W-1001");
        shown.put("status", status);
        shown.put("reason", null);
        shown.put("deadLetters", List.of(new OpenLetters.Letter(4, "shipping_queue", "HTTP 500", NOW.toString())));
        shown.put("review", false);
        shown.put("lane", "normal");
        shown.put("total", new BigDecimal("4.50"));
        shown.put("currency", "GBP");
        shown.put("placedAt", NOW.toString());
        shown.put(
                "lines",
                List.of(Map.of("sku", "LAMP", "quantity", 2, "unitPrice", new BigDecimal("2.25"), "category", "home")));
        shown.put("payment", Map.of("method", "prepaid", "state", "captured", "refunded", BigDecimal.ZERO));
        shown.put("shipment", null);
        shown.put("invoice", "2026-000001");
        shown.put(
                "timeline",
                List.of(
                        new Timeline.Entry("order.created", NOW.toString(), null),
                        new Timeline.Entry(
                                "waiting",
                                NOW.toString(),
                                "shipping_queue waits until 2026-11-20T10:03:05Z (retry 1): HTTP 500"),
                        new Timeline.Entry("mail", NOW.toString(), "order.confirmed sent")));
        return shown;
    }
}
