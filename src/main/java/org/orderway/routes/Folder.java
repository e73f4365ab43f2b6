package org.orderway.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The files of routes as they are saved: those that Camel's own pattern names. */
@Component
class Folder {

    private static final String SCHEME = "file:";

    private final List<Path> patterns;

    Folder(@Value("${camel.main.routes-include-pattern}") List<String> patterns) {
        this.patterns = patterns.stream()
                .map(String::strip)
                .filter(pattern -> pattern.startsWith(SCHEME))
                .map(pattern -> Path.of(pattern.substring(SCHEME.length())))
                .toList();
    }

    /** What tells without reading whether a file changed. */
    Map<String, String> marks() {
        Map<String, String> marks = new TreeMap<>();
        for (Path file : files()) {
            try {
                marks.put(name(file), Files.getLastModifiedTime(file) + " " + Files.size(file));
            } catch (NoSuchFileException deletedMeanwhile) {
                marks.remove(name(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return marks;
    }

    /** Reads all of them; those known already with the same text are not read into pieces again. */
    Whole read(Whole known) {
        Map<String, RouteFile> read = new LinkedHashMap<>();
        for (Path file : files()) {
            String name = name(file);
            try {
                String text = Files.readString(file);
                RouteFile before = known.files().get(name);
                read.put(name, before != null && before.text().equals(text) ? before : new RouteFile(name, text));
            } catch (NoSuchFileException deletedMeanwhile) {
                read.remove(name);
            } catch (MalformedInputException notUtf8) {
                read.put(name, new RouteFile(name, "\u0000"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Whole(read);
    }

    /** Who the file belongs to, which is who saved it; nobody when it is gone. */
    String owner(String name) {
        try {
            return Files.getOwner(Path.of(name)).getName();
        } catch (IOException | UnsupportedOperationException gone) {
            return "somebody";
        }
    }

    /** Saves a text at once: nobody sees half of it. */
    void write(String name, String text) {
        Path file = Path.of(name);
        try {
            Path half =
                    Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text, StandardCharsets.UTF_8);
            Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + name + " cannot be written", e);
        }
    }

    void delete(String name) {
        try {
            Files.deleteIfExists(Path.of(name));
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + name + " cannot be deleted", e);
        }
    }

    private List<Path> files() {
        TreeSet<Path> files = new TreeSet<>();
        for (Path pattern : patterns) {
            Path folder = pattern.getParent();
            PathMatcher names = FileSystems.getDefault().getPathMatcher("glob:" + pattern.getFileName());
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> found = Files.list(folder)) {
                found.filter(file -> names.matches(file.getFileName()) && Files.isRegularFile(file))
                        .forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ArrayList<>(files);
    }

    private static String name(Path file) {
        return file.toString().replace('\\', '/');
    }
}
