package org.orderway.routes;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.orderway.broker.Nearest;
import org.springframework.stereotype.Component;

/** Holds files of routes to the rules of how they are written, less what a file waives with a reason. */
@Component
class Lint {

    private static final String WAIVER = "waiver";

    private final List<LintRule> rules;

    Lint(List<LintRule> rules) {
        this.rules = rules.stream().sorted(Comparator.comparing(LintRule::name)).toList();
    }

    List<LintRule> rules() {
        return rules;
    }

    /** What breaks a rule in one file, line by line. */
    List<Finding> check(RouteFile file, Whole whole) {
        Set<String> waived = file.waivers().stream()
                .filter(waiver -> !waiver.reason().isEmpty())
                .map(RouteFile.Waiver::rule)
                .collect(Collectors.toSet());
        Stream<Finding> broken =
                rules.stream().filter(rule -> !waived.contains(rule.name())).flatMap(rule -> rule.check(file, whole));
        return Stream.concat(waivers(file), broken)
                .sorted(Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column))
                .toList();
    }

    private Stream<Finding> waivers(RouteFile file) {
        List<String> names = rules.stream().map(LintRule::name).toList();
        return file.waivers().stream().flatMap(waiver -> {
            if (!names.contains(waiver.rule())) {
                return Stream.of(new Finding(
                        file.path(),
                        waiver.line(),
                        0,
                        WAIVER,
                        waiver.rule(),
                        "there is no rule `" + waiver.rule() + "` to waive",
                        "one of " + String.join(", ", names),
                        Nearest.to(waiver.rule(), names).orElse(null)));
            }
            return waiver.reason().isEmpty()
                    ? Stream.of(file.finding(
                            WAIVER,
                            waiver.line(),
                            "the waiver of `" + waiver.rule() + "` says not why",
                            "`# waive " + waiver.rule() + ": <why>`"))
                    : Stream.empty();
        });
    }
}
