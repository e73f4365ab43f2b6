package org.orderway.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.orderway.OrderwayApplication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * What children of {@link ChildJvm} load: the class path of the tests as jars alone, ours too, and an archive of the classes that
 * Orderway loads at its start, which takes a third of the CPU time off each (class data sharing of the JDK; it takes no folders).
 * Whoever starts the first Orderway after a change makes both, under {@code target/children}; all test runs of a checkout share
 * them.
 */
final class ChildClasses {

    private static final Logger log = LoggerFactory.getLogger(ChildClasses.class);
    private static final Path CHILDREN = Path.of("target", "children").toAbsolutePath();
    private static final String ARCHIVE = "classes.jsa";
    private static ChildClasses made;

    private final List<Path> jars;
    private final Path testClasses;
    private final Path folder;

    private ChildClasses(List<Path> entries) {
        this.testClasses = entries.stream()
                .filter(ChildClasses::isOfTests)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No folder of test classes among " + entries));
        List<Path> ours = entries.stream()
                .filter(Files::isDirectory)
                .filter(entry -> !isOfTests(entry))
                .toList();
        List<Path> others = entries.stream().filter(Files::isRegularFile).toList();
        this.folder = CHILDREN.resolve(key(ours, others));
        this.jars = Stream.concat(Stream.of(folder.resolve("orderway.jar")), others.stream())
                .toList();
        inTurn(() -> {
            if (Files.notExists(jars.get(0))) {
                FileSystemUtils.deleteRecursively(CHILDREN); // those of earlier builds
                Files.createDirectories(folder);
                pack(ours, jars.get(0));
            }
        });
    }

    /** Those of the running tests. Surefire hides the real class path behind a jar and keeps it in a property. */
    static synchronized ChildClasses current() {
        if (made == null) {
            String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            made = new ChildClasses(
                    Arrays.stream(all.split(File.pathSeparator)).map(Path::of).toList());
        }
        return made;
    }

    /** The application alone gets no test classes, whose configurations its component scan would take for its own. */
    String classPath(boolean withTests) {
        return Stream.concat(jars.stream(), withTests ? Stream.of(testClasses) : Stream.empty())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The archive, which is made if there is none. */
    Path archive() {
        Path archive = folder.resolve(ARCHIVE);
        if (Files.notExists(archive)) {
            inTurn(() -> {
                if (Files.notExists(archive)) {
                    make(archive);
                }
            });
        }
        return archive;
    }

    /** Starts Orderway once, with nothing but itself; the JVM writes the archive when it ends. */
    private void make(Path archive) throws IOException {
        long began = System.nanoTime();
        Path started = Files.createTempDirectory(folder, "started-");
        Path written = started.resolve(ARCHIVE);
        for (String name : List.of("application.yml", "routes-yaml", "samples")) {
            FileSystemUtils.copyRecursively(Path.of(name), started.resolve(name));
        }
        ChildJvm orderway = ChildJvm.unarchived(OrderwayApplication.class, started, ChildJvm.freePort())
                .jvmArgument("-XX:ArchiveClassesAtExit=" + written)
                .jvmArgument("-Xlog:cds=off")
                .argument("--spring.profiles.active=embedded")
                .argument("--orderway.embedded.broker.port=0")
                .argument("--orderway.embedded.database.port=0")
                .argument("--orderway.embedded.mail.port=0")
                .start();
        try {
            orderway.awaitHttp("/actuator/health/readiness", Duration.ofMinutes(5));
        } finally {
            orderway.stop(Duration.ofMinutes(5)); // its database, too
        }
        if (Files.notExists(written)) {
            throw new IllegalStateException("No archive of classes was written\n" + orderway.tail());
        }
        Files.move(written, archive, StandardCopyOption.ATOMIC_MOVE);
        FileSystemUtils.deleteRecursively(started);
        log.info(
                "{} made in {} ms",
                archive,
                Duration.ofNanos(System.nanoTime() - began).toMillis());
    }

    private static boolean isOfTests(Path entry) {
        return entry.endsWith("test-classes");
    }

    /** Which classes, and whose JVM: another needs an archive of its own. */
    private static String key(List<Path> folders, List<Path> jars) {
        try {
            MessageDigest all = MessageDigest.getInstance("SHA-256");
            all.update(System.getProperty("java.vm.version").getBytes(StandardCharsets.UTF_8));
            for (Path jar : jars) {
                all.update((jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            for (Path root : folders) {
                for (Path file : filesIn(root)) {
                    all.update((root.relativize(file) + "\n").getBytes(StandardCharsets.UTF_8));
                    all.update(Files.readAllBytes(file));
                }
            }
            return HexFormat.of().formatHex(all.digest(), 0, 8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pack(List<Path> folders, Path jar) throws IOException {
        Path written = jar.resolveSibling(jar.getFileName() + ".new");
        try (JarOutputStream packed = new JarOutputStream(Files.newOutputStream(written))) {
            for (Path root : folders) {
                // Spring looks for packages as folders of a jar.
                for (Path entry : entriesIn(root)) {
                    String name = root.relativize(entry).toString().replace(File.separatorChar, '/');
                    packed.putNextEntry(new JarEntry(Files.isDirectory(entry) ? name + "/" : name));
                    if (Files.isRegularFile(entry)) {
                        Files.copy(entry, packed);
                    }
                    packed.closeEntry();
                }
            }
        }
        Files.move(written, jar, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<Path> filesIn(Path root) throws IOException {
        return entriesIn(root).stream().filter(Files::isRegularFile).toList();
    }

    private static List<Path> entriesIn(Path root) throws IOException {
        try (Stream<Path> entries = Files.walk(root)) {
            return entries.filter(entry -> !entry.equals(root)).sorted().toList();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** One of all the test runs of this checkout at a time. */
    private static void inTurn(Work work) {
        try {
            Files.createDirectories(CHILDREN.getParent());
            try (FileChannel file = FileChannel.open(
                            CHILDREN.resolveSibling("children.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock ignored = file.lock()) {
                work.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
