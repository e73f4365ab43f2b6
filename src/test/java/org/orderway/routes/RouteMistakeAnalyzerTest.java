package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class RouteMistakeAnalyzerTest {

    private final RouteMistakeAnalyzer analyzer = new RouteMistakeAnalyzer();

    @Test
    void namesTheRouteAndTheBeanThatIsNotThere() {
        Exception mistake = new FailedToCreateRouteException(
                "inventory-reserve",
                "Route(inventory-reserve)",
                "Bean[ref:inventry]",
                new NoSuchBeanException("inventry"));

        assertThat(analyzer.analyze(new IllegalStateException(mistake)).getDescription())
                .contains("inventory-reserve", "inventry");
    }

    @Test
    void passesOnFileLineAndColumnOfASlip() {
        Exception slip = new CamelSpringBootInitializationException(new IllegalArgumentException(
                "Unsupported field: metod\n in file:routes-yaml/inventory.camel.yaml, line 27, column 20"));

        assertThat(analyzer.analyze(slip).getDescription())
                .contains("routes-yaml/inventory.camel.yaml, line 27, column 20");
    }

    @Test
    void namesTheSettingThatWasNotGiven() {
        Exception mistake = new FailedToCreateRouteException(
                "ask-gateway",
                "Route(ask-gateway)",
                "to[{{orderway.payment.gateway.url}}]",
                new IllegalArgumentException(
                        "Failed to resolve endpoint",
                        new IllegalArgumentException("Could not resolve placeholder 'ORDERWAY_GATEWAY_URL'")));

        assertThat(analyzer.analyze(mistake).getDescription()).contains("ask-gateway", "'ORDERWAY_GATEWAY_URL'");
    }

    @Test
    void leavesOtherFailuresToOthers() {
        assertThat(analyzer.analyze(new IllegalStateException("something else")))
                .isNull();
    }

    @Test
    void isAskedWhenAStartFails() {
        assertThat(SpringFactoriesLoader.loadFactoryNames(
                        FailureAnalyzer.class, getClass().getClassLoader()))
                .contains(RouteMistakeAnalyzer.class.getName());
    }
}
