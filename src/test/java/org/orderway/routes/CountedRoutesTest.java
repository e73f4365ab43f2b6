package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.ObjectName;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.management.mbean.ManagedCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The numbers behind Hawtio's diagrams. */
class CountedRoutesTest {

    private static final int ROUTES = 100;

    private CamelContext camel;

    @BeforeEach
    void startRoutes() throws Exception {
        DefaultCamelContext.setDisableJmx(false);
        camel = new DefaultCamelContext();
        camel.getCamelContextExtension().setName("counted");
        new CountedRoutes.InPlace().beforeApplicationStart(camel);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                for (int i = 0; i < ROUTES; i++) {
                    from("direct:route-" + i)
                            .routeId("route-" + i)
                            .choice()
                            .when(simple("${body} == 'left'"))
                            .setHeader("way", constant("left"))
                            .id("left-" + i)
                            .otherwise()
                            .setHeader("way", constant("right"))
                            .id("right-" + i)
                            .end()
                            .log("${body}")
                            .id("log-" + i);
                }
            }
        });
        camel.start();
    }

    @AfterEach
    void stopRoutes() {
        camel.stop();
    }

    @Test
    void everyStepIsCountedInItsRouteAsCamelItselfWouldTell() throws Exception {
        camel.createProducerTemplate().sendBody("direct:route-7", "left");
        camel.createProducerTemplate().sendBody("direct:route-7", "left");
        camel.createProducerTemplate().sendBody("direct:route-7", "right");

        Map<String, String> told = told((String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("org.apache.camel:context=%s,type=context,name=\"counted\""
                                .formatted(camel.getManagementName())),
                        "dumpRoutesStatsAsXml",
                        new Object[] {true, true},
                        new String[] {"boolean", "boolean"}));

        assertThat(told)
                .containsEntry("route-7/left-7", "2")
                .containsEntry("route-7/right-7", "1")
                .containsEntry("route-7/log-7", "3")
                .containsEntry("route-8/log-8", "0");
        assertThat(told).isEqualTo(told(camels().dumpRoutesStatsAsXml(true, true)));
    }

    private ManagedCamelContext camels() {
        ManagedCamelContext camels = new ManagedCamelContext(camel);
        camels.init(camel.getManagementStrategy());
        return camels;
    }

    /** How often each step ran, by route and step. */
    private static Map<String, String> told(String xml) throws Exception {
        NodeList steps = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getElementsByTagName("processorStat");
        Map<String, String> told = new TreeMap<>();
        for (int i = 0; i < steps.getLength(); i++) {
            Element step = (Element) steps.item(i);
            Element route = (Element) step.getParentNode().getParentNode();
            told.put(route.getAttribute("id") + "/" + step.getAttribute("id"), step.getAttribute("exchangesCompleted"));
        }
        return told;
    }
}
