package org.orderway.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where CPU time goes while orders go as fast as they can. First by thread and process, as the system counts it, which sees
 * the compiler and the collector too; then, within Java code, by what the flight recorder found running.
 */
final class Profile implements Measurement.Watch {

    private static final Pattern THREAD = Pattern.compile("^\"(.+)\" .*\\bnid=(0x[0-9a-f]+|\\d+)\\b");
    private static final int LEAST_SAMPLES_OF_A_GROUP = 20;
    private static final int FRAMES = 30;

    /** Whose code a sample is: that of the first frame from the top that is not the JDK's. The first prefix that fits counts. */
    private static final Map<String, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("org.orderway.", "ours");
        PARTS.put("org.apache.camel.", "Camel");
        PARTS.put("com.rabbitmq.", "RabbitMQ client");
        PARTS.put("org.springframework.amqp.", "Spring AMQP");
        PARTS.put("org.springframework.retry.", "Spring AMQP");
        PARTS.put("org.postgresql.", "JDBC");
        PARTS.put("com.zaxxer.", "JDBC");
        PARTS.put("org.springframework.jdbc.", "JDBC");
        PARTS.put("org.springframework.transaction.", "Spring transactions");
        PARTS.put("com.fasterxml.", "JSON");
        PARTS.put("com.networknt.", "JSON");
        PARTS.put("org.springframework.security.", "HTTP server");
        PARTS.put("org.springframework.web.", "HTTP server");
        PARTS.put("org.springframework.http.", "HTTP server");
        PARTS.put("org.apache.catalina.", "HTTP server");
        PARTS.put("org.apache.coyote.", "HTTP server");
        PARTS.put("org.apache.tomcat.", "HTTP server");
        PARTS.put("org.apache.hc.", "HTTP client");
        PARTS.put("org.springframework.mail.", "mail");
        PARTS.put("jakarta.mail.", "mail");
        PARTS.put("org.eclipse.angus.", "mail");
        PARTS.put("org.thymeleaf.", "templates");
        PARTS.put("freemarker.", "templates");
        PARTS.put("io.micrometer.", "metrics");
        PARTS.put("ch.qos.logback.", "log");
        PARTS.put("org.slf4j.", "log");
        PARTS.put("org.springframework.", "Spring otherwise");
    }

    private final Stage stage;
    private Map<String, Double> application = Map.of();
    private Map<String, Double> broker = Map.of();
    private Map<String, Double> postgres = Map.of();
    private Instant begun;
    private Instant ended;
    private long applicationBefore;
    private Map<Long, Long> threadsBefore;
    private Map<Long, Long> brokerBefore;
    private Map<Long, Long> postgresBefore;

    Profile(Stage stage) {
        this.stage = stage;
    }

    @Override
    public void begins() {
        begun = Instant.now();
        applicationBefore = stage.application().cpu();
        threadsBefore = Processes.threads(stage.application().pid());
        brokerBefore = Processes.threads(stage.rabbit().pid());
        postgresBefore = processes();
    }

    @Override
    public void ends() throws Exception {
        ended = Instant.now();
        long pid = stage.application().pid();
        Map<Long, Long> threads = Processes.threads(pid);
        double all = stage.application().cpu() - applicationBefore;
        Map<Long, String> names = Processes.threadNames(pid);
        names.putAll(javaNames(pid));
        application = spent(threadsBefore, threads, names);
        double known = application.values().stream().mapToDouble(Double::doubleValue).sum();
        application.merge("threads that have ended", Math.max(0, all - known), Double::sum);
        broker = spent(
                brokerBefore,
                Processes.threads(stage.rabbit().pid()),
                Processes.threadNames(stage.rabbit().pid()));
        Map<Long, String> titles = new HashMap<>();
        Map<Long, Long> after = processes();
        after.keySet().forEach(child -> titles.put(child, Processes.title(child)));
        titles.put(stage.database().pid(), "postmaster");
        postgres = spent(postgresBefore, after, titles);
    }

    private Map<Long, Long> processes() {
        Map<Long, Long> processes = new HashMap<>();
        long server = stage.database().pid();
        processes.put(server, Processes.cpu(server));
        Processes.children(server).forEach(child -> processes.put(child, Processes.cpu(child)));
        return processes;
    }

    /** ms spent in between, by group. What was not there before began in between. */
    private static Map<String, Double> spent(Map<Long, Long> before, Map<Long, Long> after, Map<Long, String> names) {
        Map<String, Double> groups = new TreeMap<>();
        after.forEach((id, ms) -> groups.merge(
                group(names.getOrDefault(id, "unknown")), (double) ms - before.getOrDefault(id, 0L), Double::sum));
        return groups;
    }

    /** The full names of Java's threads, by the system's numbers of them. */
    private static Map<Long, String> javaNames(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(Application.java("jcmd"), Long.toString(pid), "Thread.print")
                .redirectErrorStream(true)
                .start();
        String dump = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        Map<Long, String> names = new HashMap<>();
        for (String line : dump.split("\n")) {
            Matcher matcher = THREAD.matcher(line);
            if (matcher.find()) {
                names.put(Long.decode(matcher.group(2)), matcher.group(1));
            }
        }
        return names;
    }

    /** Threads of one kind together, whatever their numbers. */
    static String group(String name) {
        if (name.matches("C[12] CompilerThread.*")) {
            return "JIT compiler";
        }
        if (name.matches("(GC Thread|G1 |Concurrent Mark|ParGC|VM Thread|VM Periodic).*")) {
            return "garbage collection and VM";
        }
        if (name.startsWith("postgres: ")) {
            return name.replaceFirst("^postgres: (\\d+/\\S+: )?", "").replaceFirst("^\\S+ \\S+ \\S+\\(\\d+\\).*", "connections");
        }
        return name.replaceFirst("^AMQP Connection .*", "AMQP connections, reading")
                .replaceAll("#?\\d+(\\.\\d+)*", "…")
                .replaceAll("(…[-:]?)+", "…");
    }

    /** CPU ms an order, and where samples were found; to be asked for when the application has ended. */
    String report(int orders) throws IOException {
        StringBuilder text = new StringBuilder();
        shares(text, "Application", application, orders);
        shares(text, "Broker", broker, orders);
        shares(text, "PostgreSQL", postgres, orders);
        samples(text);
        return text.toString();
    }

    private static void shares(StringBuilder text, String title, Map<String, Double> groups, int orders) {
        double all = groups.values().stream().mapToDouble(Double::doubleValue).sum();
        text.append(Numbers.text("%n| %s: %.2f CPU ms an order | ms | %% |%n|---|---|---|%n", title, all / orders));
        groups.entrySet().stream()
                .filter(group -> group.getValue() >= all / 200)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(group -> text.append(Numbers.text(
                        "| %s | %.2f | %.1f |%n", group.getKey(), group.getValue() / orders, 100 * group.getValue() / all)));
    }

    private void samples(StringBuilder text) throws IOException {
        Map<String, Integer> parts = new HashMap<>();
        Map<String, Map<String, Integer>> byThread = new HashMap<>();
        Map<String, Integer> frames = new HashMap<>();
        int all = 0;
        try (RecordingFile recording = new RecordingFile(stage.application().recording())) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (!event.getEventType().getName().equals("jdk.ExecutionSample")
                        || event.getStackTrace() == null
                        || event.getStartTime().isBefore(begun)
                        || event.getStartTime().isAfter(ended)) {
                    continue;
                }
                List<RecordedFrame> stack = event.getStackTrace().getFrames();
                String part = part(stack);
                String thread = event.getThread("sampledThread") == null
                        ? "unknown"
                        : group(event.getThread("sampledThread").getJavaName());
                all++;
                parts.merge(part, 1, Integer::sum);
                byThread.computeIfAbsent(thread, key -> new HashMap<>()).merge(part, 1, Integer::sum);
                frames.merge(method(stack.get(0)) + " — " + part, 1, Integer::sum);
            }
        }
        text.append(Numbers.text("%n%d samples of running Java code, by whose code it is, the JDK's being its caller's:%n%n", all));
        text.append("| whose | % of the samples |\n|---|---|\n");
        counts(text, parts, all, Integer.MAX_VALUE);
        text.append("\n| threads | % of the samples | of which |\n|---|---|---|\n");
        int total = all;
        byThread.entrySet().stream()
                .sorted(Comparator.comparing(thread -> -sum(thread.getValue())))
                .filter(thread -> sum(thread.getValue()) >= LEAST_SAMPLES_OF_A_GROUP)
                .forEach(thread -> text.append(Numbers.text(
                        "| %s | %.1f | %s |%n",
                        thread.getKey(), 100.0 * sum(thread.getValue()) / total, largest(thread.getValue()))));
        text.append("\n| running method, and whose | % of the samples |\n|---|---|\n");
        counts(text, frames, all, FRAMES);
    }

    private static void counts(StringBuilder text, Map<String, Integer> counts, int all, int most) {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(most)
                .forEach(count ->
                        text.append(Numbers.text("| %s | %.1f |%n", count.getKey(), 100.0 * count.getValue() / all)));
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String largest(Map<String, Integer> counts) {
        int all = sum(counts);
        return String.join(
                ", ",
                counts.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                        .limit(6)
                        .map(count -> Numbers.text("%s %d %%", count.getKey(), Math.round(100.0 * count.getValue() / all)))
                        .toList());
    }

    private static String part(List<RecordedFrame> stack) {
        return stack.stream()
                .map(frame -> frame.getMethod().getType().getName())
                .filter(type -> !type.startsWith("java.") && !type.startsWith("jdk.") && !type.startsWith("sun."))
                .findFirst()
                .map(Profile::part)
                .orElse("JDK alone");
    }

    static String part(String type) {
        return PARTS.entrySet().stream()
                .filter(part -> type.startsWith(part.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("others");
    }

    private static String method(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }
}
