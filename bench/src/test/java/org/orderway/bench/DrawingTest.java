package org.orderway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawingTest {

    private static final int BLUE = 0xff1f5fa8;
    private static final int ORANGE = 0xffc2571a;

    @TempDir
    private Path folder;

    @BeforeAll
    static void withoutAScreen() {
        System.setProperty("java.awt.headless", "true");
    }

    @Test
    void throughputAndLatencyHaveALineForEachPipeline() throws IOException {
        Map<String, List<Drawing.Point>> points = new LinkedHashMap<>();
        points.put("one", List.of(point(10, 10, 20, 40), point(100, 90, 50, 4000)));
        points.put("other", List.of(point(10, 10, 15, 30), point(100, 100, 25, 60)));
        Drawing drawing = new Drawing(folder);

        drawing.throughput(points);
        drawing.latency(points);

        for (String name : List.of("throughput.png", "latency.png")) {
            assertThat(colours(name)).as(name).contains(BLUE, ORANGE);
        }
    }

    @Test
    void aBacklogIsDrawnFromWhatWaitedToNothing() throws IOException {
        double[] times = IntStream.rangeClosed(1, 1000).mapToDouble(i -> i / 100.0).toArray();
        long[] none = {0, 0};

        new Drawing(folder)
                .backlog(Map.of(
                        "one", new Backlog.Drained(1000, times, new double[10], 0, 0, new double[0], none, none, none, none)));

        BufferedImage image = ImageIO.read(folder.resolve("backlog.png").toFile());
        // A straight way down: the line's first pixel from the left is far above its last.
        int[] first = firstOf(image, true);
        int[] last = firstOf(image, false);
        assertThat(first[1]).isLessThan(last[1] - 200);
        assertThat(first[0]).isLessThan(last[0] - 500);
    }

    private static Drawing.Point point(int load, double perSecond, double p50, double p99) {
        return new Drawing.Point(load, new Measurement.Paced(perSecond, p50, p99, p99));
    }

    private List<Integer> colours(String name) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve(name).toFile());
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()))
                .distinct()
                .boxed()
                .toList();
    }

    /** The blue pixel furthest to the left, or to the right; above the legend. */
    private static int[] firstOf(BufferedImage image, boolean left) {
        int width = image.getWidth();
        for (int i = 0; i < width; i++) {
            int x = left ? i : width - 1 - i;
            for (int y = 0; y < image.getHeight() - 70; y++) {
                if (image.getRGB(x, y) == BLUE) {
                    return new int[] {x, y};
                }
            }
        }
        throw new AssertionError("Nothing is drawn");
    }
}
