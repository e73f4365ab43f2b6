package org.orderway.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Draws what was measured, a line for each pipeline, as PNG. */
final class Drawing {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;
    private static final int POINTS = 300;

    private static final Color[] COLOURS = {new Color(0x1f5fa8), new Color(0xc2571a), new Color(0x888888)};

    /** Orders a second that were placed, and what came of them. */
    record Point(int load, Measurement.Paced paced) {}

    private final Path folder;

    Drawing(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    void throughput(Map<String, List<Point>> points) throws IOException {
        XYSeriesCollection lines = new XYSeriesCollection();
        points.forEach((title, line) -> lines.addSeries(line(title, line, point -> point.paced().perSecond())));
        XYSeries all = new XYSeries("all that comes in");
        points.values().stream().flatMap(List::stream).mapToInt(Point::load).distinct().forEach(load -> all.add(load, load));
        lines.addSeries(all);
        JFreeChart chart = chart("Throughput over load", "orders/s placed", "orders/s shipped", lines, true);
        save(chart, "throughput.png");
    }

    void latency(Map<String, List<Point>> points) throws IOException {
        XYSeriesCollection lines = new XYSeriesCollection();
        points.forEach((title, line) -> lines.addSeries(line(title + ", p50", line, point -> point.paced().p50())));
        points.forEach((title, line) -> lines.addSeries(line(title + ", p99", line, point -> point.paced().p99())));
        JFreeChart chart = chart(
                "From the order's due time to order.shipped over load", "orders/s placed", "ms (logarithmic)", lines, true);
        XYPlot plot = chart.getXYPlot();
        LogAxis axis = new LogAxis("ms (logarithmic)");
        axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        axis.setBase(10);
        plot.setRangeAxis(axis);
        XYLineAndShapeRenderer renderer = (XYLineAndShapeRenderer) plot.getRenderer();
        int pipelines = points.size();
        for (int i = 0; i < pipelines; i++) {
            renderer.setSeriesPaint(pipelines + i, COLOURS[i]);
            renderer.setSeriesStroke(
                    pipelines + i,
                    new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, new float[] {6, 5}, 0));
        }
        save(chart, "latency.png");
    }

    void backlog(Map<String, Backlog.Drained> drained) throws IOException {
        XYSeriesCollection lines = new XYSeriesCollection();
        drained.forEach((title, backlog) -> {
            XYSeries line = new XYSeries(title);
            int orders = backlog.waiting();
            line.add(0, orders);
            for (int point = 1; point <= POINTS; point++) {
                int shipped = (int) ((long) orders * point / POINTS);
                if (shipped > 0) {
                    line.add(backlog.times()[shipped - 1], orders - shipped);
                }
            }
            lines.addSeries(line);
        });
        save(chart("Orders that came at once, worked off", "seconds", "orders that wait", lines, false), "backlog.png");
    }

    private static XYSeries line(String title, List<Point> points, ToDoubleFunction<Point> value) {
        XYSeries line = new XYSeries(title);
        points.forEach(point -> line.add(point.load(), value.applyAsDouble(point)));
        return line;
    }

    private static JFreeChart chart(
            String title, String across, String up, XYSeriesCollection lines, boolean marks) {
        JFreeChart chart = ChartFactory.createXYLineChart(title, across, up, lines);
        chart.setBackgroundPaint(Color.WHITE);
        XYPlot plot = chart.getXYPlot();
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setOutlineVisible(false);
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, marks);
        for (int i = 0; i < lines.getSeriesCount(); i++) {
            renderer.setSeriesPaint(i, COLOURS[i % COLOURS.length]);
            renderer.setSeriesStroke(i, new BasicStroke(2));
        }
        plot.setRenderer(renderer);
        return chart;
    }

    private void save(JFreeChart chart, String name) throws IOException {
        ChartUtils.saveChartAsPNG(folder.resolve(name).toFile(), chart, WIDTH, HEIGHT);
    }
}
