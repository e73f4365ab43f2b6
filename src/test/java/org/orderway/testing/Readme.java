package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What the README tells people to set, to be tried as it is written there. */
public final class Readme {

    private static final Pattern SETTING = Pattern.compile("`([A-Z][A-Z0-9_]+)=([^`]+)`");

    private Readme() {}

    /** The variables that stand as {@code NAME=value} below a heading. */
    public static Map<String, String> settings(String heading) throws IOException {
        String text = Files.readString(Path.of("README.md"));
        assertThat(text).contains("\n" + heading + "\n");
        String below = text.substring(text.indexOf("\n" + heading + "\n") + heading.length() + 2);
        Map<String, String> settings = new TreeMap<>();
        SETTING.matcher(below.split("\n#+ ", 2)[0])
                .results()
                .forEach(setting -> settings.put(setting.group(1), setting.group(2)));
        return settings;
    }

    /** The same as if they stood in the environment of the process. */
    public static SystemEnvironmentPropertySource environment(Map<String, String> settings) {
        return new SystemEnvironmentPropertySource("readme-systemEnvironment", Map.copyOf(settings));
    }
}
