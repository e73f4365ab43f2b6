package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** A route without a test is a hole nobody sees. */
class EveryRouteIsTestedTest extends RouteTest {

    @Test
    void everyRouteHasATestThatNamesIt() throws ClassNotFoundException {
        Set<String> covered = new TreeSet<>();
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Covers.class));
        for (var found : scanner.findCandidateComponents("org.orderway")) {
            Class<?> test = Class.forName(found.getBeanClassName());
            assertThat(RouteTest.class).as(test + " names routes").isAssignableFrom(test);
            covered.addAll(Set.of(test.getAnnotation(Covers.class).value()));
        }

        assertThat(routeIds()).hasSizeGreaterThan(30);
        assertThat(covered).containsExactlyInAnyOrderElementsOf(routeIds());
    }
}
