package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows is what runs. */
class ReadmeTest {

    @Test
    void itsTestOfARouteIsTheOneThatRuns() throws IOException {
        String test = Files.readString(Path.of("src/test/java/org/orderway/testing/ReadmeRouteTest.java"));
        String shown = test.substring(test.indexOf("@Covers"));

        assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + shown + "```");
    }
}
