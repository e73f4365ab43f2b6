package org.orderway;

import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;

/** Ends a start that found no application.yml at once: without it everything else is missing, one thing after the other. */
class SettingsCheck implements EnvironmentPostProcessor {

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (!environment.containsProperty("orderway.roles")) {
            throw new Missing();
        }
    }

    /** There is no application.yml. */
    static final class Missing extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Missing() {
            super("No settings of Orderway were found in " + Path.of("").toAbsolutePath());
        }
    }

    /** Says what to do then. */
    static final class Analyzer extends AbstractFailureAnalyzer<Missing> {

        @Override
        protected FailureAnalysis analyze(Throwable rootFailure, Missing cause) {
            return new FailureAnalysis(
                    cause.getMessage(),
                    "Start Orderway in its folder, where application.yml and routes-yaml/ are, or name the file by"
                            + " --spring.config.additional-location=file:/path/to/application.yml",
                    cause);
        }
    }
}
