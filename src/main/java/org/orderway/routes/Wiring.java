package org.orderway.routes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.EndpointUriFactory;
import org.orderway.broker.Nearest;
import org.orderway.http.Contract;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/** Looks whether everything a route names is there: beans and methods, settings, endpoint options, doors, error configurations. */
@Component
class Wiring {

    private static final Pattern BEAN_IN_SIMPLE =
            Pattern.compile("bean:([A-Za-z0-9_-]+)(?:\\?method=|::|\\.)?([A-Za-z0-9_]*)");
    private static final Pattern REFERENCE = Pattern.compile("#(?:bean:)?([A-Za-z][A-Za-z0-9_.-]*)");
    private static final String ENDPOINT = "endpoint";
    private static final String DOOR = "door";

    private final CamelContext camel;
    private final Beans beans;
    private final Placeholders placeholders;
    private final Contract contract;
    private final LintOfQueues queues;

    Wiring(CamelContext camel, Beans beans, Placeholders placeholders, Contract contract, LintOfQueues queues) {
        this.camel = camel;
        this.beans = beans;
        this.placeholders = placeholders;
        this.contract = contract;
        this.queues = queues;
    }

    /** What a file names that is not there, other files left out of account. */
    List<Finding> check(RouteFile file) {
        List<Finding> found = new ArrayList<>();
        for (Declared one : file.declared()) {
            one.body().walk(part -> {
                part.entries().forEach(entry -> entry(file, part, entry, found));
                if (part.isText()) {
                    placeholders(file, part, found);
                }
            });
            one.nodes().forEach(node -> node(file, node, found));
        }
        return found;
    }

    private void placeholders(RouteFile file, Part part, List<Finding> found) {
        placeholders
                .missing(part.text())
                .forEach(key -> found.add(file.finding(
                        "setting",
                        part,
                        "{{" + key + "}}",
                        "no setting `" + key + "`",
                        "a key of application.yml",
                        Nearest.to(key, placeholders.known()).orElse(null))));
    }

    private void entry(RouteFile file, Part owner, Part.Entry entry, List<Finding> found) {
        Part value = entry.value();
        String text = value.text();
        switch (entry.name()) {
            case "method" -> {
                if (value.isMapping()) {
                    value.find("ref").ifPresent(ref -> bean(file, ref, value, found));
                }
            }
            case "idempotentRepository", "circuitBreaker" -> {
                if (value.isText()) {
                    beans.mistake(file, value, text, "").ifPresent(found::add);
                }
            }
            case "exception" ->
                value.items().stream()
                        .filter(name ->
                                !ClassUtils.isPresent(name.text(), getClass().getClassLoader()))
                        .forEach(name -> found.add(file.finding(
                                "class",
                                name,
                                "there is no class `" + name.text() + "`",
                                "an exception by its full name")));
            default -> {
                Matcher reference = REFERENCE.matcher(text);
                if (owner != null && value.isText() && reference.matches()) {
                    beans.mistake(file, value, reference.group(1), "").ifPresent(found::add);
                }
            }
        }
        Matcher bean = BEAN_IN_SIMPLE.matcher(text);
        while (text.contains("${bean:") && bean.find()) {
            String call = bean.group(2) + text.substring(bean.end(), endOfCall(text, bean.end()));
            beans.mistake(file, value, bean.group(1), call).ifPresent(found::add);
        }
    }

    /** Where the brackets of a call end that begin here; here, when none do. */
    private static int endOfCall(String text, int begin) {
        if (begin >= text.length() || text.charAt(begin) != '(') {
            return begin;
        }
        int depth = 0;
        for (int i = begin; i < text.length(); i++) {
            depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        return begin;
    }

    private void bean(RouteFile file, Part ref, Part call, List<Finding> found) {
        Part at = call.find("method").orElse(ref);
        Optional<Finding> mistake = beans.mistake(file, ref, ref.text(), "");
        if (mistake.isPresent()) {
            found.add(mistake.get());
        } else {
            beans.mistake(file, at, ref.text(), call.text("method")).ifPresent(found::add);
        }
    }

    private void node(RouteFile file, Declared.Step node, List<Finding> found) {
        if (node.kind().equals("bean")) {
            node.part().find("ref").ifPresent(ref -> bean(file, ref, node.part(), found));
        }
        node.part().find("uri").ifPresent(uri -> endpoint(file, node.part(), uri, found));
    }

    private void endpoint(RouteFile file, Part node, Part uri, List<Finding> found) {
        String whole = placeholders.resolve(uri.text()).orElse("");
        if (whole.isEmpty()) {
            return;
        }
        String scheme = whole.contains(":") ? whole.substring(0, whole.indexOf(':')) : whole;
        EndpointUriFactory options = camel.getCamelContextExtension().getEndpointUriFactory(scheme);
        if (options == null) {
            Set<String> known = new TreeSet<>(camel.getComponentNames());
            found.add(file.finding(
                    ENDPOINT,
                    uri,
                    scheme,
                    "there is no component `" + scheme + "`",
                    null,
                    Nearest.to(scheme, known).orElse(null)));
            return;
        }
        if (options.isLenientProperties()) {
            return;
        }
        node.find("parameters").stream()
                .flatMap(parameters -> parameters.entries().stream())
                .filter(entry -> !options.propertyNames().contains(entry.name())
                        && options.multiValuePrefixes().values().stream()
                                .noneMatch(prefix -> entry.name().startsWith(prefix)))
                .forEach(entry -> found.add(file.finding(
                        ENDPOINT,
                        entry.key(),
                        entry.name(),
                        "the endpoint `" + scheme + "` has no option `" + entry.name() + "`",
                        null,
                        Nearest.to(entry.name(), options.propertyNames()).orElse(null))));
    }

    /** What files name of each other that is not there, and what nobody would do any more. */
    List<Finding> between(Whole whole) {
        List<Finding> found = new ArrayList<>();
        List<String> doors = whole.doors();
        List<String> configurations = whole.configurations();
        whole.declared().forEach(placed -> {
            RouteFile file = placed.file();
            Declared one = placed.declared();
            one.nodes().stream()
                    .filter(node -> !node.kind().equals("from")
                            && Declared.scheme(node.part()).equals("direct")
                            && !doors.contains(Declared.door(node.part(), placeholders)))
                    .forEach(node -> found.add(noDoor(file, node, doors)));
            one.body()
                    .find("routeConfigurationId")
                    .filter(id -> one.isRoute() && !configurations.contains(id.text()))
                    .ifPresent(id -> found.add(file.finding(
                            "error-configuration",
                            id,
                            id.text(),
                            "there is no routeConfiguration `" + id.text() + "`",
                            "one of " + String.join(", ", configurations),
                            Nearest.to(id.text(), configurations).orElse(null))));
        });
        Set<String> seen = new HashSet<>();
        whole.routes()
                .filter(placed -> placed.declared().scheme().equals("direct")
                        && !seen.add(Declared.door(placed.declared().from().part())))
                .forEach(placed -> found.add(placed.file()
                        .finding(
                                DOOR,
                                placed.declared().from().part(),
                                Declared.door(placed.declared().from().part()),
                                "two routes stand behind the door `"
                                        + Declared.door(placed.declared().from().part()) + "`",
                                "one",
                                null)));
        Stream.concat(
                        contract.operations().stream()
                                .filter(operation -> !doors.contains(operation))
                                .map(operation -> "no route would stand behind `direct:" + operation
                                        + "`, which HTTP requests come to"),
                        queues.unconsumed(whole).stream().map(queues::inWords))
                .map(problem -> new Finding("", 0, 0, "consumed", "", problem, null, null))
                .forEach(found::add);
        return found;
    }

    private Finding noDoor(RouteFile file, Declared.Step node, List<String> doors) {
        String name = Declared.door(node.part(), placeholders);
        Part at = node.part()
                .find("parameters")
                .flatMap(parameters -> parameters.find("name"))
                .orElse(node.part());
        return file.finding(
                DOOR,
                at,
                name,
                "no route stands behind the door `direct:" + name + "`",
                "the `from` of a route",
                Nearest.to(name, doors).orElse(null));
    }
}
