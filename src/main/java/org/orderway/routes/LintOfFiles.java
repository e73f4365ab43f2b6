package org.orderway.routes;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rules of a file as a whole: people read it, and editors keep nothing but its header of comments. */
@Configuration(proxyBeanMethods = false)
class LintOfFiles {

    private static final int MOST_LINES = 125;
    private static final int MOST_ROUTES = 5;
    private static final int MOST_STEPS = 10;

    @Bean
    LintRule headerRule() {
        return new LintRule(
                "header",
                "whoever opens a file reads first what it is for",
                (file, whole, rule) ->
                        !file.lines().isEmpty() && file.lines().get(0).startsWith("# ")
                                ? Stream.empty()
                                : Stream.of(file.finding(
                                        rule,
                                        1,
                                        "the file does not begin with what it is for",
                                        "a comment: `# What it does`")));
    }

    @Bean
    LintRule commentRule() {
        return new LintRule(
                "comments",
                "visual editors drop every comment below the header",
                (file, whole, rule) -> IntStream.range(
                                file.header().size(), file.lines().size())
                        .filter(i -> file.lines().get(i).strip().startsWith("#"))
                        .mapToObj(i -> file.finding(
                                rule,
                                i + 1,
                                "a comment below the header, which editors drop",
                                "a `description:` of the node")));
    }

    @Bean
    LintRule lengthRule() {
        return new LintRule("length", "a file, and a route, is read at one go", (file, whole, rule) -> {
            List<Declared> routes = file.routes().toList();
            Stream<Finding> lines = file.lines().size() <= MOST_LINES
                    ? Stream.empty()
                    : Stream.of(file.finding(
                            rule,
                            MOST_LINES + 1,
                            "the file has " + file.lines().size() + " lines",
                            "at most " + MOST_LINES));
            Stream<Finding> many = routes.size() <= MOST_ROUTES
                    ? Stream.empty()
                    : Stream.of(file.finding(
                            rule,
                            routes.get(MOST_ROUTES).first(),
                            "the file has " + routes.size() + " routes",
                            "at most " + MOST_ROUTES));
            Stream<Finding> steps = routes.stream()
                    .filter(route -> route.steps().isEmpty() || route.steps().size() > MOST_STEPS)
                    .map(route -> file.finding(
                            rule,
                            route.keyPart(),
                            route.id(),
                            "the route `" + route.id() + "` has "
                                    + route.steps().size() + " steps",
                            "1 to " + MOST_STEPS,
                            null));
            return Stream.of(lines, many, steps).flatMap(found -> found);
        });
    }
}
