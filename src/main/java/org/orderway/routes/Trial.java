package org.orderway.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteDefinitionHelper;
import org.apache.camel.spring.spi.ApplicationContextBeanRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Makes routes in a Camel context of their own, with the beans and settings of this instance: whatever Camel would say of
 * them at a start it says here. Nothing is started, no queue consumed, no connection made, and the context is thrown away.
 */
@Component
class Trial {

    private static final String RULE = "camel";
    private static final int LONGEST = 500;

    private final Scratch scratches;
    private final ApplicationContext beans;

    Trial(Scratch scratches, ApplicationContext beans) {
        this.scratches = scratches;
        this.beans = beans;
    }

    /** What Camel does not take of the routes of a file, among the error configurations that there would be. */
    List<Finding> run(RouteFile file, Whole whole) {
        List<Finding> found = new ArrayList<>();
        try (DefaultCamelContext scratch = scratches.context(new ApplicationContextBeanRepository(beans))) {
            List<String> unreadable = new ArrayList<>();
            whole.declared()
                    .filter(placed -> placed.declared().isConfiguration())
                    .forEach(placed -> Scratch.load(scratch, placed.file(), placed.declared())
                            .ifPresent(refused -> {
                                unreadable.add(placed.declared().id());
                                // What one of another file lacks is told when that file is looked at.
                                if (placed.file() == file) {
                                    found.add(finding(file, placed.declared(), refused));
                                }
                            }));
            file.routes().forEach(route -> make(scratch, file, route)
                    .ifPresent(refused -> found.add(finding(file, route, refused))));
            file.configurations().filter(one -> !unreadable.contains(one.id())).forEach(one -> use(scratch, one, whole)
                    .ifPresent(refused -> found.add(finding(file, one, refused))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** An error configuration is made with the first route that names it. */
    private static Optional<Exception> use(CamelContext scratch, Declared configuration, Whole whole) {
        return whole.routes()
                .filter(placed -> placed.declared().configuration().equals(configuration.id()))
                .findFirst()
                .flatMap(placed -> make(scratch, placed.file(), placed.declared()));
    }

    private static Optional<Exception> make(CamelContext scratch, RouteFile file, Declared route) {
        Model model = scratch.getCamelContextExtension().getContextPlugin(Model.class);
        Optional<Exception> unreadable = Scratch.load(scratch, file, route);
        if (unreadable.isPresent()) {
            return unreadable;
        }
        List<RouteDefinition> read = List.copyOf(model.getRouteDefinitions());
        try {
            for (RouteDefinition definition : read) {
                RouteDefinitionHelper.forceAssignIds(scratch, definition);
                RouteDefinitionHelper.prepareRoute(scratch, definition);
                Route made = model.getModelReifierFactory().createRoute(scratch, definition);
                ServiceHelper.initService(made.getEndpoint());
                made.initializeServices();
                for (Service service : made.getServices()) {
                    if (!(service instanceof Consumer)) {
                        ServiceHelper.initService(service);
                    }
                }
            }
            return Optional.empty();
        } catch (Exception refused) {
            return Optional.of(refused);
        } finally {
            model.getRouteDefinitions().removeAll(read);
        }
    }

    private static Finding finding(RouteFile file, Declared one, Exception refused) {
        Optional<Mark> mark = causes(refused)
                .filter(MarkedYamlEngineException.class::isInstance)
                .flatMap(cause -> ((MarkedYamlEngineException) cause).getProblemMark().stream())
                .findFirst();
        String problem = problem(refused);
        if (mark.isPresent()) {
            return new Finding(
                    file.path(),
                    mark.get().getLine() + 1,
                    mark.get().getColumn() + 1,
                    RULE,
                    line(file, mark.get().getLine() + 1),
                    problem,
                    null,
                    null);
        }
        Part at = place(one, refused).orElse(one.keyPart());
        return file.finding(RULE, at, at.isText() ? at.text() : one.id(), problem, null, null);
    }

    /** The piece of the route that the message quotes: the longest one, else the node it names. */
    private static Optional<Part> place(Declared one, Exception refused) {
        List<String> said = causes(refused)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .toList();
        String root = said.isEmpty() ? "" : said.get(said.size() - 1);
        List<Part> texts = new ArrayList<>();
        one.body().walkEntries(entry -> {
            if (!entry.name().equals("id")
                    && entry.value().isText()
                    && entry.value().text().length() > 2) {
                texts.add(entry.value());
            }
        });
        Optional<Part> quoted = texts.stream()
                .filter(text -> root.contains(text.text()))
                .max(Comparator.comparingInt(text -> text.text().length()));
        return quoted.or(() -> one.nodes().stream()
                .filter(node ->
                        !node.id().isEmpty() && said.stream().anyMatch(words -> words.contains("[" + node.id() + "]")))
                .map(Declared.Step::part)
                .reduce((first, last) -> last));
    }

    private static String problem(Exception refused) {
        return "Camel does not take it: " + inWords(refused);
    }

    /** What is at the bottom of a failure, in one line of bearable length. */
    static String inWords(Throwable refused) {
        String root = causes(refused)
                .filter(cause -> cause.getMessage() != null)
                .reduce((first, last) -> last)
                .map(cause ->
                        cause instanceof MarkedYamlEngineException marked ? marked.getProblem() : cause.getMessage())
                .orElse(refused.getClass().getSimpleName());
        String line = root.replaceAll("\\s+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    private static String line(RouteFile file, int number) {
        return number <= file.lines().size() ? file.lines().get(number - 1).strip() : "";
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }
}
