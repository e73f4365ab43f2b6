package org.orderway.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A point that a renamed route or node leaves behind would never be reached: told here, before any long run. */
class PointTest {

    private static final Pattern ID = Pattern.compile("(?m)^ *id: (\\S+)$");
    private static final Pattern AT_NODE = Pattern.compile("(?:before|after) (\\S+)(?: in (\\S+))?");
    private static final Pattern AT_EVENT = Pattern.compile("(?:sent|taken) (\\S+)");
    private static final Pattern AT_END = Pattern.compile("end of (\\S+)");

    private static Set<String> ids;

    @BeforeAll
    static void readTheRoutes() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes-yaml"))) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            StringBuilder text = new StringBuilder();
            for (Path file : all) {
                text.append(Files.readString(file)).append('\n');
            }
            ids = ID.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
        }
    }

    static Stream<Point> points() {
        return Stream.of(Point.ofTheCharge(), Point.ofTheWholePath(), Point.ofTheRefund(), Point.ofTheWholeReturn())
                .flatMap(List::stream);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("points")
    void isInTheRoutes(Point point) {
        Matcher node = AT_NODE.matcher(point.name());
        Matcher event = AT_EVENT.matcher(point.name());
        Matcher end = AT_END.matcher(point.name());
        if (node.matches()) {
            assertThat(ids).contains(node.group(1));
            if (node.group(2) != null) {
                assertThat(ids).contains(node.group(2));
            }
        } else if (event.matches()) {
            assertThat(Path.of("src/main/resources/schemas", event.group(1) + ".schema.json"))
                    .exists();
        } else {
            assertThat(end.matches()).as("is of a known kind").isTrue();
            assertThat(ids).contains(end.group(1));
        }
    }
}
