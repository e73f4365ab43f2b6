package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which broker it is, and how it is told to do things, is the business of one room. */
class BrokerWordsTest {

    private static final Pattern WORDS = Pattern.compile(
            "x-dead-letter|x-message-ttl|x-queue-type|x-delivery-limit|x-max-length|x-overflow|x-death|alternate-?exchange"
                    + "|alternateBinding|autoDeclare|asyncConsumer|\\bquorum\\b|[Qq]pid|[Bb]roker-?J|acknowledgeMode",
            Pattern.CASE_INSENSITIVE);

    @Test
    void onlyTheBrokersRoomsSpeakOfABrokersOwnThings() throws IOException {
        try (Stream<Path> java = Files.walk(Path.of("src/main/java"));
                Stream<Path> yaml = Files.walk(Path.of("routes-yaml"))) {
            List<String> elsewhere = Stream.concat(java, yaml)
                    .filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith("src/main/java/org/orderway/broker")
                            && !file.startsWith("src/main/java/org/orderway/embedded"))
                    .flatMap(BrokerWordsTest::findings)
                    .toList();
            assertThat(elsewhere).isEmpty();
        }
    }

    private static Stream<String> findings(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> WORDS.matcher(line).find())
                    .map(line -> file + ": " + line.strip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
