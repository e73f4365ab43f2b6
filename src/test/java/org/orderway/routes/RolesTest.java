package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RolesTest {

    private final DefaultCamelContext camel = new DefaultCamelContext();

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void anInstanceDoesEverythingUnlessToldOtherwise() throws Exception {
        start("all");

        assertThat(started()).containsExactlyInAnyOrder("pay", "ship", "publish");
    }

    @Test
    void anInstanceDoesWhatItIsToldAndWhatAllDo() throws Exception {
        start("payment");

        assertThat(started()).containsExactlyInAnyOrder("pay", "publish");
    }

    @Test
    void anInstanceLeavesOutWhatHasAMinus() throws Exception {
        start("all", " -payment");

        assertThat(started()).containsExactlyInAnyOrder("ship", "publish");
    }

    @Test
    void aRouteLoadedLaterIsHeldBackToo() throws Exception {
        start("payment");
        camel.addRoutes(route("ship-again", "shipping"));

        assertThat(started()).doesNotContain("ship-again");
    }

    @Test
    void aRouteLoadedLaterGoesByHowItsRoleWasSwitchedMeanwhile() throws Exception {
        Roles roles = start("all", "-payment");
        roles.turn("shipping", false);
        roles.turn("payment", true);
        camel.addRoutes(route("ship-again", "shipping"));
        camel.addRoutes(route("pay-again", "payment"));

        assertThat(started()).contains("pay-again").doesNotContain("ship-again");
    }

    @Test
    void aRoleThatNobodyHasEndsTheStartAndNamesThoseThereAre() {
        assertThatThrownBy(() -> start("paymnet"))
                .isInstanceOf(Roles.UnknownRole.class)
                .hasMessageContaining("\"paymnet\"")
                .hasMessageContaining("payment, shipping");
        assertThatThrownBy(() -> start("all", "-shiping")).isInstanceOf(Roles.UnknownRole.class);
        assertThatNoException().isThrownBy(() -> start("payment", "shipping"));
    }

    private Roles start(String... wanted) throws Exception {
        Roles roles = new Roles(List.of(wanted));
        camel.addModelLifecycleStrategy(roles);
        camel.addRoutes(route("pay", "payment"));
        camel.addRoutes(route("ship", "shipping"));
        camel.addRoutes(route("publish", null));
        roles.beforeApplicationStart(camel);
        camel.start();
        return roles;
    }

    private static RouteBuilder route(String id, String group) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + id).routeId(id).routeGroup(group).to("mock:end");
            }
        };
    }

    private List<String> started() {
        return camel.getRoutes().stream()
                .map(route -> route.getRouteId())
                .filter(id -> camel.getRouteController().getRouteStatus(id) == ServiceStatus.Started)
                .toList();
    }
}
