package org.orderway.testing;

import static org.apache.camel.builder.AdviceWith.adviceWith;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;

/**
 * The routes of a context that is not started yet, with their ends cut off, over Camel's AdviceWith: nothing they do reaches
 * anybody, and a test stands at both ends. {@link RouteTest} does it with all routes there are, new ones included.
 *
 * <pre>{@code
 * new Pipeline(camel).replaceBroker().replaceCalls().advise();
 * camel.start();
 * }</pre>
 */
public final class Pipeline {

    /** What routes are started by, other than by other routes. */
    private static final List<String> STARTED_BY =
            List.of("spring-rabbitmq:", "timer:", "scheduler:", "seda:", "platform-http:");

    private static final List<String> CALLS = List.of("http:", "https:", "smtp:", "smtps:");

    private final CamelContext camel;
    private final Set<String> ends = new LinkedHashSet<>();
    private boolean withoutBroker;
    private boolean withoutCalls;

    public Pipeline(CamelContext camel) {
        this.camel = camel;
    }

    /** What a queue, a timer or a request would start is started by a message to {@code direct:<route id>}. */
    public Pipeline replaceBroker() {
        withoutBroker = true;
        return this;
    }

    /** Where a route would call somebody over HTTP, or send a mail, stands {@code mock:<node id>}. */
    public Pipeline replaceCalls() {
        withoutCalls = true;
        return this;
    }

    /** The same of any other nodes, by their ids. */
    public Pipeline replace(Collection<String> nodeIds) {
        ends.addAll(nodeIds);
        return this;
    }

    /** Does it; once for each context, before it starts. */
    public void advise() throws Exception {
        for (RouteDefinition route : List.copyOf(
                camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions())) {
            if (route.isRest() == null || !route.isRest()) {
                advise(route);
            }
        }
    }

    private void advise(RouteDefinition route) throws Exception {
        Set<String> cut = new LinkedHashSet<>();
        ends.stream().filter(node -> node.startsWith(route.getRouteId() + "-")).forEach(cut::add);
        for (ToDefinition to : ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class)) {
            String uri = camel.resolvePropertyPlaceholders(to.getUri());
            if (withoutCalls && CALLS.stream().anyMatch(uri::startsWith)) {
                cut.add(to.getId());
            }
        }
        String from = route.getInput().getEndpointUri();
        boolean begins = withoutBroker && STARTED_BY.stream().anyMatch(from::startsWith);
        adviceWith(camel, route.getRouteId(), false, advice -> {
            if (begins) {
                advice.replaceFromWith("direct:" + route.getRouteId());
            }
            cut.forEach(node -> advice.weaveById(node).replace().to("mock:" + node));
        });
    }
}
