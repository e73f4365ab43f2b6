package org.orderway.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder of everything that outlives the JVM. One Orderway at a time holds it; the lock dies with its JVM. */
class DataFolder implements AutoCloseable {

    private static final String SETTING = "orderway.embedded.data";

    private final Path path;
    private final FileChannel channel;

    DataFolder(Path configured) {
        path = configured.toAbsolutePath().normalize();
        channel = open();
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            throw notWritable(e);
        }
        if (lock == null) {
            close();
            throw new EmbeddedStartException(
                    "Another Orderway is running on the data folder %s.".formatted(path),
                    "Stop it, or give this one a folder of its own with %s, and other ports.".formatted(SETTING));
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("Could not release the lock of " + path, e);
        }
    }

    private FileChannel open() {
        try {
            Files.createDirectories(path);
            return FileChannel.open(path.resolve("orderway.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    private EmbeddedStartException notWritable(IOException e) {
        return new EmbeddedStartException(
                "The data folder %s cannot be written (%s).".formatted(path, e),
                "Make it writable for this user, or choose another folder with %s.".formatted(SETTING),
                e);
    }
}
