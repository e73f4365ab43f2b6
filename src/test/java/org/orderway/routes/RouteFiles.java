package org.orderway.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Files of routes for tests. */
final class RouteFiles {

    private RouteFiles() {}

    /** The files of routes-yaml/. */
    static Whole ofTheProject() {
        return in(Path.of("routes-yaml"));
    }

    static Whole in(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            return Whole.of(found.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> new RouteFile(file.toString(), read(file)))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with a file more, or in another version. */
    static Whole with(Whole whole, String path, String text) {
        Map<String, RouteFile> files = new LinkedHashMap<>(whole.files());
        files.put(path, new RouteFile(path, text));
        return new Whole(files);
    }

    /** The same without a file. */
    static Whole without(Whole whole, String path) {
        Map<String, RouteFile> files = new LinkedHashMap<>(whole.files());
        files.remove(path);
        return new Whole(files);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
