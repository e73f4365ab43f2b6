package org.orderway.examples;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventReader;
import org.orderway.messages.Unreadable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Makes pictures small. A job done twice is the same file once more. */
@Component("thumbnails")
public class Thumbnails {

    /** A small file may unfold to a picture that fills the memory. */
    private static final long MOST_PIXELS = 50_000_000;

    private final EventReader reader;
    private final int size;
    private final Path folder;

    Thumbnails(
            EventReader reader,
            @Value("${orderway.examples.thumbnail-size}") int size,
            @Value("${orderway.examples.thumbnail-folder}") Path folder) {
        this.reader = reader;
        this.size = size;
        this.folder = folder;
    }

    /**
     * Makes the small picture of a job and puts it into the folder, whole or not at all.
     *
     * @param job its body is the picture, its message id the name of the file
     * @throws Unreadable when it is no picture, or too large a one
     */
    public Path make(Delivery job) throws IOException {
        BufferedImage small = small(picture(reader.bytes(job)));
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, "unfinished-", ".tmp");
        try {
            ImageIO.write(small, "png", unfinished.toFile());
            return Files.move(
                    unfinished,
                    folder.resolve(name(job.id()) + ".png"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private BufferedImage picture(byte[] bytes) throws IOException {
        try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                throw new Unreadable("The body is no picture of a known kind");
            }
            ImageReader image = readers.next();
            try {
                image.setInput(input, true, true);
                int width = image.getWidth(0);
                int height = image.getHeight(0);
                if ((long) width * height > MOST_PIXELS) {
                    throw new Unreadable("The picture has more than " + MOST_PIXELS + " pixels");
                }
                // Of a large picture only every so many pixels are read: twice as many as are needed.
                ImageReadParam param = image.getDefaultReadParam();
                int step = Math.max(1, Math.max(width, height) / (2 * size));
                param.setSourceSubsampling(step, step, 0, 0);
                return image.read(0, param);
            } finally {
                image.dispose();
            }
        }
    }

    private BufferedImage small(BufferedImage picture) {
        double scale = Math.min(1, (double) size / Math.max(picture.getWidth(), picture.getHeight()));
        int width = Math.max(1, (int) Math.round(picture.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(picture.getHeight() * scale));
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D pen = small.createGraphics();
        try {
            pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            pen.drawImage(picture, 0, 0, width, height, null);
        } finally {
            pen.dispose();
        }
        return small;
    }

    /** The sender chose the id: as a file name it must not lead out of the folder. */
    private static String name(String id) {
        return id.matches("[A-Za-z0-9][A-Za-z0-9-]{0,63}")
                ? id
                : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
