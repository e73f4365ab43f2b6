package org.orderway.desk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.orderway.broker.AsyncApi;
import org.orderway.catalogue.Catalogue;
import org.orderway.failures.DeadLetterView;
import org.orderway.failures.Decisions;
import org.orderway.failures.Replays;
import org.orderway.fraud.Reviews;
import org.orderway.notification.Mails;
import org.orderway.orders.Articles;
import org.orderway.orders.Cancellation;
import org.orderway.orders.OrderView;
import org.orderway.orders.Orders;
import org.orderway.orders.Returns;
import org.orderway.routes.Doors;
import org.orderway.routes.RoleSwitch;
import org.orderway.routes.RouteGate;
import org.orderway.routes.RouteHistory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.autoconfigure.web.servlet.AutoConfigureMockMvc;
import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** The pages and their templates, without anything behind them. */
@WebMvcTest(
        includeFilters =
                @ComponentScan.Filter(
                        type = FilterType.REGEX,
                        pattern = "org\\.orderway\\.desk\\..*(Pages?|Advice|Interface)"),
        useDefaultFilters = false)
@AutoConfigureMockMvc(addFilters = false)
@Import(PageTest.FixedClock.class)
@TestPropertySource(properties = "orderway.start.place-orders=true")
abstract class PageTest {

    static final Instant NOW = Instant.parse("2026-11-20T10:00:30Z");

    @MockitoBean
    protected Doors doors;

    @MockitoBean
    protected Overview overview;

    @MockitoBean
    protected Orders orders;

    @MockitoBean
    protected OrderView view;

    @MockitoBean
    protected Cancellation cancellation;

    @MockitoBean
    protected Returns returns;

    @MockitoBean
    protected Catalogue catalogue;

    @MockitoBean
    protected Flow flow;

    @MockitoBean
    protected DeadLetterView letters;

    @MockitoBean
    protected Decisions decisions;

    @MockitoBean
    protected Replays replays;

    @MockitoBean
    protected Reviews reviews;

    @MockitoBean
    protected RouteGate routeGate;

    @MockitoBean
    protected RouteHistory routeHistory;

    @MockitoBean
    protected RoleSwitch roleSwitch;

    @MockitoBean
    protected Mails mails;

    @MockitoBean
    protected Articles articles;

    @MockitoBean
    protected AsyncApi asyncApi;

    @Autowired
    protected MockMvc mvc;

    @TestConfiguration(proxyBeanMethods = false)
    @EnableConfigurationProperties(StartPage.Settings.class)
    static class FixedClock {

        @Bean
        Clock clock() {
            return Clock.fixed(NOW, ZoneOffset.UTC);
        }
    }

    static RequestPostProcessor viewer() {
        return as("vera", "VIEWER");
    }

    static RequestPostProcessor operator() {
        return as("olga", "OPERATOR");
    }

    private static RequestPostProcessor as(String name, String role) {
        return request -> {
            Principal principal = () -> name;
            request.setUserPrincipal(principal);
            request.addUserRole(role);
            return request;
        };
    }

    static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text);
    }
}
