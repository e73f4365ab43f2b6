package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

/** The routes of routes-yaml/ load, and pass the very checks that an edit of them has to pass. */
class RoutesLoadTest extends RouteTest {

    /** What stays in the house. */
    private static final Set<String> INSIDE = Set.of("direct", "seda", "log", "bean", "file", "controlbus");

    /** Its address is a header that a bean writes, from the settings. */
    private static final String MANAGEMENT = "rabbitmq-management";

    @Autowired
    private Check check;

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
        assertThat(check.everything(RouteFiles.ofTheProject()))
                .extracting(Finding::inWords)
                .isEmpty();
    }

    @Test
    void aSlipOfThePenIsToldOnceAndNotAtEveryFileThatLeansOnIt() {
        String path = "routes-yaml/shared/problems.camel.yaml";
        String text = RouteFiles.ofTheProject().files().get(path).text();

        List<Finding> found = check.everything(RouteFiles.with(
                RouteFiles.ofTheProject(), path, text.replaceFirst("- routeConfiguration:", "- routeConfigration:")));

        assertThat(found)
                .extracting(Finding::inWords)
                .singleElement()
                .asString()
                .contains(path, "did you mean");
    }

    /** The rule `endpoint-of-content` keeps messages from deciding where they go; what is called besides is a setting. */
    @Test
    void whateverIsCalledIsNamedInTheSettingsAndNoRedirectIsFollowed() throws Exception {
        assertThat(camel.resolvePropertyPlaceholders("{{camel.component.http.follow-redirects}}"))
                .isEqualTo("false");
        assertThat(RouteFiles.ofTheProject()
                        .declared()
                        .flatMap(placed -> placed.declared().nodes().stream())
                        .filter(node -> List.of("to", "wireTap").contains(node.kind()))
                        .map(Declared.Step::part)
                        .filter(called -> !INSIDE.contains(called.text("uri"))))
                .isNotEmpty()
                .allMatch(called -> called.text("uri").startsWith("{{orderway.")
                        || called.find("parameters")
                                .orElseThrow()
                                .text("httpUri")
                                .equals(MANAGEMENT));
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
