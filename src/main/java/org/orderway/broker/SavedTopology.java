package org.orderway.broker;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.error.YAMLException;

/** The table as it is saved at this moment, which an instance that starts now would have. */
@Component
class SavedTopology {

    /** How Spring Boot calls what it read from settings files. */
    private static final String READ_FROM_A_FILE = "Config resource";

    private final ConfigurableEnvironment environment;
    private final ResourceLoader loader;

    SavedTopology(ConfigurableEnvironment environment, ResourceLoader loader) {
        this.environment = environment;
        this.loader = loader;
    }

    /**
     * Reads the settings files anew; what was given on the command line and by the environment holds as it does for this
     * instance.
     *
     * @throws InvalidTopology when they cannot be read, or the table has mistakes
     */
    Topology read() {
        try {
            StandardEnvironment fresh = new StandardEnvironment();
            environment.getPropertySources().stream()
                    .filter(source -> !source.getName().startsWith(READ_FROM_A_FILE))
                    .filter(source -> !source.getName().equals("configurationProperties"))
                    .forEach(source -> fresh.getPropertySources().addLast(source));
            ConfigDataEnvironmentPostProcessor.applyTo(fresh, loader, null, environment.getActiveProfiles());
            return Binder.get(fresh)
                    .bind("orderway.topology", Topology.class)
                    .orElseThrow(() -> new InvalidTopology(List.of("orderway.topology is missing")));
        } catch (BindException unbound) {
            throw mistakesOf(unbound);
        } catch (YAMLException unreadable) {
            throw new InvalidTopology(List.of("application.yml is no YAML: " + unreadable.getMessage()));
        }
    }

    private static InvalidTopology mistakesOf(BindException unbound) {
        return Stream.iterate((Throwable) unbound, cause -> cause != null, Throwable::getCause)
                .filter(InvalidTopology.class::isInstance)
                .map(InvalidTopology.class::cast)
                .findFirst()
                .orElseGet(() -> new InvalidTopology(List.of(
                        unbound.getProperty() == null
                                ? unbound.getMessage()
                                : unbound.getProperty().getName() + ": \""
                                        + unbound.getProperty().getValue() + "\" cannot be read")));
    }
}
