package org.orderway.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventReader;
import org.orderway.messages.Unreadable;

class ThumbnailsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0} x {1} becomes {2} x {3}")
    @CsvSource({
        "800, 400, 100, 50",
        "400, 800, 50, 100",
        "100, 100, 100, 100",
        "30, 20, 30, 20",
        "1000, 1, 100, 1",
        "2999, 1500, 100, 50"
    })
    void fitsAPictureIntoASquareAndMakesNoneLarger(int width, int height, int smallWidth, int smallHeight)
            throws IOException {
        BufferedImage small = ImageIO.read(
                thumbnails().make(job("a", png(picture(width, height)))).toFile());

        assertThat(small.getWidth()).isEqualTo(smallWidth);
        assertThat(small.getHeight()).isEqualTo(smallHeight);
    }

    @Test
    void showsWhatThePictureShows() throws IOException {
        BufferedImage small =
                ImageIO.read(thumbnails().make(job("a", png(picture(800, 400)))).toFile());

        assertThat(new Color(small.getRGB(10, 25))).isEqualTo(Color.RED);
        assertThat(new Color(small.getRGB(90, 25))).isEqualTo(Color.BLUE);
    }

    @Test
    void aJobDoneTwiceIsOneFileAndNothingIsLeftBeside() throws IOException {
        byte[] picture = png(picture(800, 400));

        assertThat(thumbnails().make(job("a", picture)))
                .isEqualTo(thumbnails().make(job("a", picture)))
                .isEqualTo(folder.resolve("a.png"));

        assertThat(files()).containsExactly("a.png");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escaped", "/tmp/escaped", "a/b", ".hidden", "", "aaaa.png"})
    void leadsNoNameOutOfItsFolder(String id) throws IOException {
        Path file = thumbnails().make(job(id, png(picture(8, 8))));

        assertThat(file.getParent()).isEqualTo(folder);
        assertThat(file.getFileName().toString()).matches("[0-9a-f-]{36}\\.png");
    }

    @Test
    void refusesWhatIsNoPictureAndOneThatWouldFillTheMemory() throws IOException {
        byte[] bomb = png(new BufferedImage(8000, 6500, BufferedImage.TYPE_BYTE_BINARY));
        assertThat(bomb).hasSizeLessThan(100_000);

        assertThatThrownBy(() -> thumbnails().make(job("a", "text".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(Unreadable.class);
        assertThatThrownBy(() -> thumbnails().make(job("a", bomb)))
                .isInstanceOf(Unreadable.class)
                .hasMessageContaining("pixels");
        assertThat(files()).isEmpty();
    }

    /** The left half red, the right half blue. */
    static BufferedImage picture(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var pen = picture.createGraphics();
        pen.setColor(Color.RED);
        pen.fillRect(0, 0, width / 2, height);
        pen.setColor(Color.BLUE);
        pen.fillRect(width / 2, 0, width - width / 2, height);
        pen.dispose();
        return picture;
    }

    static byte[] png(BufferedImage picture) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", bytes);
        return bytes.toByteArray();
    }

    private Thumbnails thumbnails() {
        EventReader reader = mock(EventReader.class);
        when(reader.bytes(any()))
                .thenAnswer(asked -> asked.getArgument(0, Delivery.class).body());
        return new Thumbnails(reader, 100, folder);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static Delivery job(String id, byte[] picture) {
        return new Delivery(
                "thumbnail_queue",
                "thumbnail",
                id,
                "thumbnail",
                null,
                Instant.EPOCH,
                "image/png",
                0,
                Map.of(),
                picture);
    }
}
