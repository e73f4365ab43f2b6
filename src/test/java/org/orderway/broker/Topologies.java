package org.orderway.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

/** Topologies for tests: the one that is shipped, and others written as YAML. */
class Topologies {

    private Topologies() {}

    static Topology shipped() {
        return bind(new FileSystemResource("application.yml"));
    }

    /** The text is what stands below {@code orderway.topology}. */
    static Topology of(String yaml) {
        String whole = "orderway:\n  topology:\n" + yaml.indent(4);
        return bind(new ByteArrayResource(whole.getBytes(StandardCharsets.UTF_8)));
    }

    static List<String> mistakesIn(String yaml) {
        try {
            of(yaml);
            return List.of();
        } catch (BindException e) {
            Throwable cause = e;
            while (!(cause instanceof InvalidTopology invalid)) {
                if (cause.getCause() == null) {
                    throw e;
                }
                cause = cause.getCause();
            }
            return invalid.mistakes();
        }
    }

    private static Topology bind(Resource yaml) {
        try {
            List<PropertySource<?>> documents = new YamlPropertySourceLoader().load("topology", yaml);
            return new Binder(
                            ConfigurationPropertySources.from(documents.get(0)),
                            new PropertySourcesPlaceholdersResolver(documents))
                    .bindOrCreate("orderway.topology", Topology.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
