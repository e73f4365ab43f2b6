package org.orderway.testing;

import static org.mockito.Mockito.mockingDetails;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.UseAdviceWith;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.OrderwayApplication;
import org.orderway.analytics.Analytics;
import org.orderway.analytics.Rebuild;
import org.orderway.announcements.Announcements;
import org.orderway.announcements.Sends;
import org.orderway.audit.Audit;
import org.orderway.audit.AuditTrail;
import org.orderway.broker.Migration;
import org.orderway.broker.Publisher;
import org.orderway.broker.QueueDepths;
import org.orderway.broker.QueueFigures;
import org.orderway.catalogue.Catalogue;
import org.orderway.examples.Episodes;
import org.orderway.failures.Alerts;
import org.orderway.failures.DeadLetterView;
import org.orderway.failures.DeadLetters;
import org.orderway.failures.Decisions;
import org.orderway.failures.Failures;
import org.orderway.failures.Replays;
import org.orderway.finance.FinanceReports;
import org.orderway.finance.Ledger;
import org.orderway.fraud.Fraud;
import org.orderway.fraud.Reviews;
import org.orderway.imports.ImportedReturns;
import org.orderway.inventory.BackOrders;
import org.orderway.inventory.Expiry;
import org.orderway.inventory.Inventory;
import org.orderway.inventory.Products;
import org.orderway.inventory.Replenishments;
import org.orderway.inventory.StockNews;
import org.orderway.invoices.CreditNotes;
import org.orderway.invoices.Invoices;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Retention;
import org.orderway.messages.Retries;
import org.orderway.notices.Notices;
import org.orderway.notification.Mails;
import org.orderway.notification.Notification;
import org.orderway.notification.RequestedMessages;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Customers;
import org.orderway.orders.Goodwill;
import org.orderway.orders.Intake;
import org.orderway.orders.NormalLane;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.OrderView;
import org.orderway.orders.Promises;
import org.orderway.orders.Returns;
import org.orderway.outages.Consumers;
import org.orderway.outages.Outages;
import org.orderway.outages.Pings;
import org.orderway.payment.Payment;
import org.orderway.payment.PaymentReports;
import org.orderway.payment.Payouts;
import org.orderway.payment.Refunds;
import org.orderway.recommendations.Recommendations;
import org.orderway.routes.RoleHistory;
import org.orderway.routes.RouteHistory;
import org.orderway.security.ApiKeys;
import org.orderway.shipping.Shipping;
import org.orderway.shipping.Tracking;
import org.orderway.simulators.CarrierSimulator;
import org.orderway.simulators.GatewaySimulator;
import org.orderway.simulators.Samples;
import org.orderway.simulators.TextsSimulator;
import org.orderway.warehouse.PickList;
import org.orderway.warehouse.Warehouse;
import org.orderway.watchdog.Watchdog;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * All routes of {@code routes-yaml/} with their ends cut off: no broker, no database, no mail server, no network. What comes
 * in is sent to {@code direct:<route id>} by {@link #deliver}; where a route would leave the house stands an endpoint
 * {@code mock:<node id>}; the beans that own tables are mocks, the others are the real ones.
 *
 * <p>Every subclass shares one application context, so that a class of them costs milliseconds: no subclass may add
 * annotations or mocks that would make a context of its own.
 */
@CamelSpringBootTest
@Timeout(30)
@UseAdviceWith
@ActiveProfiles("simulators")
@ExtendWith(CoversExtension.class)
@SpringBootTest(
        classes = OrderwayApplication.class,
        properties = {
            "spring.flyway.enabled=false",
            "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/there-is-none",
            "spring.datasource.hikari.connection-timeout=250",
            "spring.rabbitmq.port=1",
            "orderway.examples.console=true",
            "orderway.examples.logs=true",
            "orderway.examples.sensors=true",
            "orderway.examples.thumbnails=true",
            "orderway.examples.thumbnail-folder=target/thumbnails",
            "orderway.broker.depth-poll=1d",
            "orderway.retry.quick-delay=1",
            "orderway.outages.shortest-pause=0s",
            "orderway.outages.longest-pause=0s",
            "orderway.simulators.lost-answer=1",
            "orderway.simulators.slow-answer=1",
            "orderway.samples.feed=true",
            "orderway.webhooks.secrets.carrier=a-secret",
            "orderway.webhooks.secrets.payment=old-secret,new-secret",
            "orderway.examples.regional-desk=true",
            "orderway.examples.chat=true",
            "orderway.examples.carrier-by-country=true",
            "orderway.routes.watch=false",
            "orderway.routes.patience=1s",
            "logging.level.org.apache.camel.builder=warn",
            "logging.level.org.apache.camel.test=warn"
        })
public abstract class RouteTest {

    /** Where routes end for a test, beside their calls over HTTP and their mails. */
    private static final List<String> ENDS = List.of("hand-to-outbox-publish", "import-invoice-set-aside");

    /** The routes that exchanges went through, since it was last cleared. */
    static final Set<String> WALKED = ConcurrentHashMap.newKeySet();

    @MockitoBean
    protected Publisher publisher;

    @MockitoBean
    protected Outbox outbox;

    @MockitoBean
    protected QueueDepths queueDepths;

    @MockitoBean
    protected QueueFigures queueFigures;

    @MockitoBean
    protected Migration migration;

    @MockitoBean
    protected Episodes episodes;

    @MockitoBean
    protected Watchdog watchdog;

    @MockitoBean
    protected Retention retention;

    @MockitoBean
    protected Retries retries;

    /** Says of everything that it is there, unless a test says otherwise. */
    @MockitoBean
    protected Pings pings;

    @MockitoBean
    protected Intake intake;

    @MockitoBean
    protected OrderProcessing orderProcessing;

    @MockitoBean
    protected Promises promises;

    @MockitoBean
    protected NormalLane normalLane;

    /** There is nothing to pause here. */
    @MockitoBean
    protected Consumers consumers;

    @MockitoBean
    protected OrderView orderView;

    @MockitoBean
    protected Products products;

    @MockitoBean
    protected Inventory inventory;

    @MockitoBean
    protected StockNews stockNews;

    @MockitoBean
    protected Replenishments replenishments;

    @MockitoBean
    protected Catalogue catalogue;

    @MockitoBean
    protected Warehouse warehouse;

    @MockitoBean
    protected PickList pickList;

    @MockitoBean
    protected BackOrders backOrders;

    @MockitoBean
    protected Cancellation cancellation;

    @MockitoBean
    protected Returns returns;

    @MockitoBean
    protected Goodwill goodwill;

    @MockitoBean
    protected ImportedReturns importedReturns;

    @MockitoBean
    protected Expiry expiry;

    /** Lets every payment pass, unless a test says otherwise. */
    @MockitoBean
    protected Fraud fraud;

    @MockitoBean
    protected Reviews reviews;

    @MockitoBean
    protected Payment payment;

    @MockitoBean
    protected Refunds refunds;

    @MockitoBean
    protected Shipping shipping;

    @MockitoBean
    protected Notification notification;

    @MockitoBean
    protected RequestedMessages requestedMessages;

    @MockitoBean
    protected Invoices invoices;

    @MockitoBean
    protected CreditNotes creditNotes;

    @MockitoBean
    protected Ledger ledger;

    @MockitoBean
    protected FinanceReports financeReports;

    @MockitoBean
    protected Tracking tracking;

    @MockitoBean
    protected PaymentReports paymentReports;

    @MockitoBean
    protected Payouts payouts;

    @MockitoBean
    protected Analytics analytics;

    @MockitoBean
    protected Rebuild rebuild;

    @MockitoBean
    protected Audit audit;

    @MockitoBean
    protected AuditTrail auditTrail;

    @MockitoBean
    protected Failures failures;

    @MockitoBean
    protected Alerts alerts;

    @MockitoBean
    protected DeadLetters deadLetters;

    @MockitoBean
    protected DeadLetterView deadLetterView;

    @MockitoBean
    protected Decisions decisions;

    @MockitoBean
    protected Replays replays;

    @MockitoBean
    protected Mails mails;

    @MockitoBean
    protected Samples samples;

    @MockitoBean
    protected GatewaySimulator gatewaySimulator;

    @MockitoBean
    protected CarrierSimulator carrierSimulator;

    @MockitoBean
    protected Announcements announcements;

    @MockitoBean
    protected Sends announcementSends;

    @MockitoBean
    protected Customers customers;

    @MockitoBean
    protected Notices notices;

    @MockitoBean
    protected Recommendations recommendations;

    @MockitoBean
    protected RouteHistory routeHistory;

    @MockitoBean
    protected RoleHistory roleHistory;

    @MockitoBean
    protected TextsSimulator textsSimulator;

    @MockitoBean
    protected ApiKeys apiKeys;

    @MockitoBean
    protected PlatformTransactionManager transactions;

    @Autowired
    protected CamelContext camel;

    @Autowired
    protected Outages outages;

    protected final UUID orderId = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");

    private ProducerTemplate template;

    @BeforeEach
    void startOnce() throws Exception {
        if (!camel.isStarted()) {
            camel.addRoutePolicyFactory((context, routeId, route) -> new RoutePolicySupport() {
                @Override
                public void onExchangeBegin(Route begun, Exchange exchange) {
                    WALKED.add(routeId);
                }
            });
            new Pipeline(camel).replaceBroker().replaceCalls().replace(ENDS).advise();
            camel.start();
        }
        MockEndpoint.resetMocks(camel);
        // What an earlier test made known as away is there again.
        outages.probe();
        template = camel.createProducerTemplate();
    }

    @AfterEach
    void closeTemplate() {
        template.stop();
    }

    /** The routes of the YAML files, those that Camel makes of the HTTP contract left out. */
    protected List<String> routeIds() {
        return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .filter(route -> route.isRest() == null || !route.isRest())
                .map(route -> route.getRouteId())
                .toList();
    }

    /** A message comes out of the queue of a consumer route; what the consumer would see is in the answer. */
    protected Exchange deliver(String routeId, Incoming message) {
        return send(routeId, message.body(), message.headers(), ExchangePattern.InOnly);
    }

    /** A request, or a call of another route, comes in at a door. */
    protected Exchange call(String door, Object body, Map<String, Object> headers) {
        return send(door, body, headers, ExchangePattern.InOut);
    }

    /** The same with variables that the caller would have set. */
    protected Exchange callWith(String door, Object body, Map<String, Object> variables) {
        Exchange exchange = new DefaultExchange(camel, ExchangePattern.InOut);
        exchange.getMessage().setBody(body);
        variables.forEach(exchange::setVariable);
        return template.send("direct:" + door, exchange);
    }

    private Exchange send(String door, Object body, Map<String, Object> headers, ExchangePattern pattern) {
        Exchange exchange = new DefaultExchange(camel, pattern);
        exchange.getMessage().setBody(body);
        exchange.getMessage().setHeaders(new HashMap<>(headers));
        return template.send("direct:" + door, exchange);
    }

    /** The end of a route that leaves the house, by the id of its node. */
    protected MockEndpoint end(String nodeId) {
        return camel.getEndpoint("mock:" + nodeId, MockEndpoint.class);
    }

    /** What is answered at the end of a route that calls somebody over HTTP. */
    protected void answers(String nodeId, int status, String body) {
        end(nodeId).whenAnyExchangeReceived(call -> {
            call.getMessage().removeHeaders("*");
            call.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
            call.getMessage().setHeader("Set-Cookie", "of the other side");
            call.getMessage().setBody(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
        });
    }

    /** Everything the broker was given to publish, in order, confirmed or not. */
    protected List<OutgoingMessage> published() {
        List<OutgoingMessage> messages = new ArrayList<>();
        mockingDetails(publisher).getInvocations().stream()
                .filter(call -> call.getMethod().getName().equals("publish"))
                .forEach(call -> {
                    Object given = call.getArgument(0);
                    Stream<?> all = given instanceof List<?> several ? several.stream() : Stream.of(given);
                    all.forEach(one -> messages.add((OutgoingMessage) one));
                });
        return messages;
    }

    /** Any outgoing message of that type. */
    protected OutgoingMessage message(String type) {
        return new OutgoingMessage(
                "order_events",
                type,
                "id-of-" + type,
                type,
                orderId.toString(),
                Instant.parse("2026-11-20T10:00:02Z"),
                "application/json",
                Map.of(),
                Incoming.json(EventBodies.of(type, orderId)).getBytes(StandardCharsets.UTF_8));
    }
}
