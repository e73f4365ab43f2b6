package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipelineTest {

    private final DefaultCamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void aRouteThatBeginsAndEndsOutside() throws Exception {
        camel.getPropertiesComponent().addInitialProperty("desk", "http://127.0.0.1:1/desk");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:look?delay=1&period=1")
                        .routeId("tell")
                        .choice()
                        .when(simple("${body} == 'news'"))
                        .to("{{desk}}")
                        .id("tell-desk")
                        .end()
                        .to("log:told")
                        .id("tell-log");
            }
        });
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void aTestStandsAtBothEndsOfARouteThatNobodyListed() throws Exception {
        new Pipeline(camel).replaceBroker().replaceCalls().advise();
        camel.start();

        camel.createProducerTemplate().sendBody("direct:tell", "news");
        camel.createProducerTemplate().sendBody("direct:tell", "nothing new");

        assertThat(mock("tell-desk").getReceivedCounter()).isEqualTo(1);
        assertThat(camel.hasEndpoint("mock:tell-log")).isNull();
    }

    @Test
    void anyOtherNodeIsReplacedByItsId() throws Exception {
        new Pipeline(camel)
                .replaceBroker()
                .replaceCalls()
                .replace(java.util.List.of("tell-log", "another-route-node"))
                .advise();
        camel.start();

        camel.createProducerTemplate().sendBody("direct:tell", "nothing new");

        assertThat(mock("tell-desk").getReceivedCounter()).isZero();
        assertThat(mock("tell-log").getReceivedCounter()).isEqualTo(1);
    }

    private MockEndpoint mock(String nodeId) {
        return camel.getEndpoint("mock:" + nodeId, MockEndpoint.class);
    }
}
