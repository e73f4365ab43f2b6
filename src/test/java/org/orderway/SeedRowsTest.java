package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.FileSystemResource;

/** The pages of docs/ do not rot: what they name is there. */
class SeedRowsTest {

    /** Not built yet. A row that has its test must go from here: the set may only shrink. */
    private static final Set<Integer> UNDER_WAY = Set.of();

    /** What a test cannot hold; the remark says why. */
    private static final Set<Integer> MEASURED = Set.of(12, 16);

    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.+?) \\| (.*?) ?\\| (.*?) ?\\|");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern SETTING = Pattern.compile("`((?:orderway|spring)\\.[a-z0-9.-]+)`");

    private record Row(String what, String heldBy, String remark) {}

    private static final Map<Integer, Row> ROWS = new LinkedHashMap<>();

    @BeforeAll
    static void readThePage() throws IOException {
        for (String line : Files.readAllLines(Path.of("docs/seed-rows.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                ROWS.put(Integer.valueOf(row.group(1)), new Row(row.group(2), row.group(3), row.group(4)));
            }
        }
    }

    @Test
    void allHundredRowsAreThere() {
        assertThat(ROWS.keySet())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
        assertThat(ROWS.values()).extracting(Row::what).noneMatch(String::isBlank);
    }

    @Test
    void everyTestThatIsNamedIsThere() {
        ROWS.forEach((number, row) -> {
            String rest = NAMED.matcher(row.heldBy()).replaceAll("").replace(",", "");
            assertThat(rest).as("row %d, besides tests".formatted(number)).isBlank();
            NAMED.matcher(row.heldBy()).results().forEach(named -> assertThat(tests(named.group(1)))
                    .as("row %d: %s#%s".formatted(number, named.group(1), named.group(2)))
                    .hasValueSatisfying(source ->
                            assertThat(source).containsPattern("(?:void|ArchRule) " + named.group(2) + "\\b")));
        });
    }

    @Test
    void everyRowHasATestOrIsKnownToHaveNone() {
        Set<Integer> empty = new TreeSet<>();
        ROWS.forEach((number, row) -> {
            if (row.heldBy().isBlank()) {
                empty.add(number);
            }
        });
        Set<Integer> known = new TreeSet<>(UNDER_WAY);
        known.addAll(MEASURED);

        assertThat(empty).isEqualTo(known);
        assertThat(MEASURED).allSatisfy(number -> assertThat(ROWS.get(number).remark())
                .as("why row %d has no test".formatted(number))
                .startsWith("no test: "));
    }

    @Test
    void theRunbookNamesOnlySettingsThatThereAre() throws IOException {
        Set<String> settings = new TreeSet<>();
        for (var document :
                new YamlPropertySourceLoader().load("settings", new FileSystemResource("application.yml"))) {
            settings.addAll(List.of(((EnumerablePropertySource<?>) document).getPropertyNames()));
        }
        for (String page : List.of("running-a-sale.md", "other-protocols.md")) {
            List<String> named = SETTING.matcher(Files.readString(Path.of("docs", page)))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(named).as(page).hasSizeGreaterThan(1).allSatisfy(name -> assertThat(settings)
                    .as(page + " names " + name)
                    .anyMatch(setting ->
                            setting.equals(name) || setting.startsWith(name + ".") || setting.startsWith(name + "[")));
        }
    }

    private static Optional<String> tests(String name) {
        try (Stream<Path> all = Files.walk(Path.of("src/test/java"))) {
            Optional<Path> file =
                    all.filter(path -> path.endsWith(name + ".java")).findFirst();
            return file.isPresent() ? Optional.of(Files.readString(file.get())) : Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
