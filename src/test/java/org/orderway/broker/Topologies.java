package org.orderway.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

/** Topologies for tests: the one that is shipped, and others written as YAML. */
public final class Topologies {

    private Topologies() {}

    /** The one that is shipped, with other settings than are shipped, each as {@code name=value}. */
    public static Topology shipped(String... settings) {
        return bind(new FileSystemResource("application.yml"), settings);
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

    private static Topology bind(Resource yaml, String... settings) {
        try {
            List<PropertySource<?>> documents = new ArrayList<>(new YamlPropertySourceLoader().load("topology", yaml));
            Map<String, Object> others = Stream.of(settings)
                    .map(setting -> setting.split("=", 2))
                    .collect(Collectors.toMap(both -> both[0], both -> both[1]));
            PropertySource<?> table = documents.get(0);
            documents.add(0, new MapPropertySource("others", others));
            return new Binder(
                            ConfigurationPropertySources.from(table),
                            new PropertySourcesPlaceholdersResolver(documents))
                    .bindOrCreate("orderway.topology", Topology.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
