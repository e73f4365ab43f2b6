package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

/** The routes of routes-yaml/ load, and pass the very checks that an edit of them has to pass. */
class RoutesLoadTest extends RouteTest {

    @Autowired
    private Check check;

    @Autowired
    private Wiring wiring;

    @Test
    void everyFileLoads() {
        List<String> written = RouteFiles.ofTheProject()
                .routes()
                .map(placed -> placed.declared().id())
                .toList();

        assertThat(RouteFiles.ofTheProject().files().keySet()).allMatch(path -> path.endsWith(".camel.yaml"));
        assertThat(written).hasSizeGreaterThan(30).doesNotHaveDuplicates();
        assertThat(routeIds()).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void everyFileIsAsAnEditOfItWouldHaveToBe() {
        Check.Verdict verdict = check.judge(new Whole(Map.of()), RouteFiles.ofTheProject(), Set.of());

        assertThat(verdict.refused().values().stream().flatMap(List::stream).map(Finding::inWords))
                .isEmpty();
        assertThat(verdict.accepted()).hasSizeGreaterThan(30);
        assertThat(wiring.between(RouteFiles.ofTheProject())).isEmpty();
    }

    @Test
    void everyRouteCanBeDrawnByHawtio() throws Exception {
        var dumper = PluginHelper.getModelToXMLDumper(camel);
        for (RouteDefinition route :
                camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions()) {
            String xml = dumper.dumpModelAsXml(camel, route);
            String inside = xml.replaceAll("(?s)<\\?xml.*?\\?>|<!--.*?-->", "")
                    .replaceFirst("(?s)^\\s*<route\\b[^>]*>\\s*", "");
            assertThat(inside).as(route.getRouteId()).startsWith("<from");
        }
    }
}
