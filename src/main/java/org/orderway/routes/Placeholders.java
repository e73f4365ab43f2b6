package org.orderway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.stereotype.Component;

/** What stands for <code>{{…}}</code> in a route: the settings of this instance. */
@Component
class Placeholders {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]+)}}");

    private final ConfigurableEnvironment environment;

    Placeholders(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** The keys that a text asks for and nothing gives. */
    List<String> missing(String text) {
        List<String> missing = new ArrayList<>();
        Matcher placeholder = PLACEHOLDER.matcher(text);
        while (placeholder.find()) {
            String key = placeholder.group(1);
            boolean mayBeMissing = key.startsWith("?") || key.contains(":");
            if (!mayBeMissing && environment.getProperty(key.replaceFirst("^!", "")) == null) {
                missing.add(key);
            }
        }
        return missing;
    }

    /** The text with settings in place; none when one is missing. */
    Optional<String> resolve(String text) {
        return missing(text).isEmpty()
                ? Optional.of(
                        PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found.group(1)))))
                : Optional.empty();
    }

    private String value(String key) {
        String name = key.replaceFirst("^[?!]", "").split(":", 2)[0];
        return environment.getProperty(name, key.contains(":") ? key.split(":", 2)[1] : "");
    }

    /** Every key there is. */
    List<String> known() {
        TreeSet<String> names = new TreeSet<>();
        environment.getPropertySources().forEach(source -> {
            if (source instanceof EnumerablePropertySource<?> settings) {
                names.addAll(List.of(settings.getPropertyNames()));
            }
        });
        return List.copyOf(names);
    }
}
