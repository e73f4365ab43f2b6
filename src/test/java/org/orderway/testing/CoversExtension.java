package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds a class to its {@link Covers}: when all of its tests ran, each route it names was really walked through. */
class CoversExtension implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

    private final Set<String> ran = new HashSet<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        RouteTest.WALKED.clear();
        ran.clear();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        ran.add(context.getRequiredTestMethod().getName());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        List<String> tests = Stream.of(test.getDeclaredMethods())
                .filter(m -> m.isAnnotationPresent(Test.class) || m.isAnnotationPresent(ParameterizedTest.class))
                .map(m -> m.getName())
                .toList();
        Covers covers = test.getAnnotation(Covers.class);
        if (covers != null && ran.containsAll(tests)) {
            assertThat(RouteTest.WALKED)
                    .as("routes that the tests of " + test.getSimpleName() + " went through")
                    .contains(covers.value());
        }
    }
}
