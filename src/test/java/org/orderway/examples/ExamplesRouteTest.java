package org.orderway.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.examples.Episodes.Sign;
import org.orderway.testing.Covers;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Covers({
    "sensors-watch",
    "logs-error",
    "logs-info",
    "logs-user",
    "broadcast-show",
    "broadcast-count",
    "thumbnails-make",
    "console-print"
})
@ExtendWith(OutputCaptureExtension.class)
class ExamplesRouteTest extends RouteTest {

    @Autowired
    private MeterRegistry meters;

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({"9.4, BAD", "8, NEITHER", "8.01, BAD", "6, NEITHER", "5.99, GOOD", "-20, GOOD"})
    void judgesAReadingByTwoLimits(String value, Sign sign) {
        deliver("sensors-watch", reading(value));

        verify(episodes).note(eq("sensor cold-store-1"), eq("message-1"), any(), eq(sign), isNull());
        assertThat(end("post-mail-smtp").getReceivedCounter()).isZero();
    }

    @Test
    void mailsTheOperatorOnceAndTakesNoteOfIt() {
        when(episodes.note(any(), any(), any(), any(), any())).thenReturn(true, false);

        deliver("sensors-watch", reading("9.4"));
        Exchange second = deliver("sensors-watch", reading("9.5"));

        assertThat(second.getException()).isNull();
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        var mail = end("post-mail-smtp").getExchanges().get(0).getMessage();
        assertThat(mail.getHeaders())
                .containsEntry("To", "operator@example.invalid")
                .containsEntry("Subject", "Sensor cold-store-1 reads 9.4");
        verify(episodes, times(1)).told(any());
        assertThat(published()).isEmpty();
    }

    @Test
    void triesAgainWithAMailThatTheServerRefused() {
        when(episodes.note(any(), any(), any(), any(), any())).thenReturn(true);
        end("post-mail-smtp").whenAnyExchangeReceived(refused -> {
            throw new jakarta.mail.MessagingException("451");
        });

        deliver("sensors-watch", reading("9.4"));

        verify(episodes, never()).told(any());
        assertThat(published()).singleElement().satisfies(retry -> assertThat(retry.routingKey())
                .isEqualTo("sensor_retry_5s_queue"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sensor\": \"a\", \"value\": 1}",
                "{\"sensor\": \"a\\r\\nBcc: x\", \"value\": 1, \"at\": \"2026-11-20T10:00:00Z\"}",
                "{\"sensor\": \"a\", \"value\": \"hot\", \"at\": \"2026-11-20T10:00:00Z\"}",
                "21.5"
            })
    void parksAReadingThatIsNone(String body) {
        deliver("sensors-watch", Incoming.raw("sensor_queue", "warehouse.sensors.a", body));

        verifyNoInteractions(episodes);
        assertThat(published()).first().satisfies(letter -> assertThat(letter.routingKey())
                .isEqualTo("sensor_dlq"));
    }

    @Test
    void tellsAPersonOfAnErrorOfAnotherProgram() {
        when(episodes.note(any(), any(), any(), any(), any())).thenReturn(true);

        Exchange done = deliver("logs-error", entry("error_log_queue", "error"));

        assertThat(done.getException()).isNull();
        verify(episodes).note(eq("errors of till-3"), eq("message-1"), any(), eq(Sign.BAD), eq(Duration.ofMinutes(15)));
        var mail = end("post-mail-smtp").getExchanges().get(0).getMessage();
        assertThat(mail.getHeaders()).containsEntry("Subject", "Error in till-3: The drawer is stuck");
        assertThat(mail.getHeader("CamelMailAlternativeBody", String.class)).contains("The drawer is stuck");
        verify(episodes).told(any());
    }

    @Test
    void takesTheBareTextOfTheTutorials() {
        when(episodes.note(any(), any(), any(), any(), any())).thenReturn(true);
        double before = counted("error");

        deliver("logs-error", Incoming.raw("error_log_queue", "error", "This is an\r\nerror <log>!"));
        deliver("broadcast-count", Incoming.raw("count_log_queue", "error", "This is an error log!"));

        assertThat(end("post-mail-smtp").getExchanges().get(0).getMessage().getHeaders())
                .containsEntry("Subject", "Error in unknown: This is an error <log>!");
        assertThat(end("post-mail-smtp").getExchanges().get(0).getMessage().getBody(String.class))
                .contains("error &lt;log&gt;!");
        assertThat(counted("error")).isEqualTo(before + 1);
    }

    @Test
    void countsWhatNobodyHasToHearOfAtOnce() {
        double before = counted("info");

        deliver("logs-info", entry("info_log_queue", "info"));

        assertThat(counted("info")).isEqualTo(before + 1);
        verifyNoInteractions(episodes);
        assertThat(end("post-mail-smtp").getReceivedCounter()).isZero();
    }

    @Test
    void givesAnUnknownLevelNoSeriesOfItsOwn() {
        double before = counted("other");

        deliver("broadcast-count", Incoming.raw("count_log_queue", "a stranger's word", "text"));

        assertThat(counted("other")).isEqualTo(before + 1);
    }

    @Test
    void showsABroadcastWithoutWhatIsSaidInIt(CapturedOutput output) {
        Exchange done = deliver("broadcast-show", entry("screen_log_queue", "warning"));

        assertThat(done.getException()).isNull();
        assertThat(output.getOut()).contains("till-3 logs at level warning").doesNotContain("drawer");
    }

    @ParameterizedTest
    @CsvSource({"user.created, user.created", "user.deleted, user.deleted", "user.ada@example.org, other"})
    void countsWhatHappensToUsersAndLooksAtNothingElse(String type, String tag) {
        double before = users(tag);

        Exchange done = deliver("logs-user", Incoming.raw("user_log_queue", type, "{\"name\": \"Ada\""));

        assertThat(done.getException()).isNull();
        assertThat(users(tag)).isEqualTo(before + 1);
    }

    @Test
    void makesAPictureSmallUnderTheNameOfItsJob() throws IOException {
        String id = UUID.randomUUID().toString();

        Exchange done = deliver("thumbnails-make", picture(id));

        assertThat(done.getException()).isNull();
        var small = ImageIO.read(Path.of("target/thumbnails", id + ".png").toFile());
        assertThat(small.getWidth()).isEqualTo(200);
        assertThat(small.getHeight()).isEqualTo(100);
        assertThat(published()).isEmpty();
    }

    @Test
    void parksAJobWhosePictureIsNone() throws IOException {
        String id = UUID.randomUUID().toString();

        deliver(
                "thumbnails-make",
                Incoming.raw("thumbnail_queue", "thumbnail", "no picture")
                        .with(SpringRabbitMQConstants.MESSAGE_ID, id));

        assertThat(published()).first().satisfies(letter -> assertThat(letter.routingKey())
                .isEqualTo("thumbnail_dlq"));
        assertThat(Files.exists(Path.of("target/thumbnails", id + ".png"))).isFalse();
    }

    @Test
    void printsWhatTheTutorialsPrintAndOfTheOrderNothingButItsId(CapturedOutput output) {
        deliver("console-print", Incoming.event("console_queue", "order.created", orderId));
        assertThat(output.getOut()).contains("[x] Processing Order: " + orderId).doesNotContain("[!]", "[Failed]");

        deliver("console-print", Incoming.event("console_queue", "order.failed", orderId));
        assertThat(output.getOut())
                .containsSubsequence("[!] Order Failed: " + orderId, "[Failed] Order Failed: " + orderId);

        deliver("console-print", Incoming.event("console_queue", "order.failed.inventory", orderId));
        assertThat(output.getOut().split("\\[Failed] Order Failed: " + orderId, -1))
                .hasSize(3);
        assertThat(output.getOut().split("\\[!]", -1)).hasSize(2);
        assertThat(output.getOut()).doesNotContain("536365", "85123A", "17.85");
        assertThat(published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ada@example.org", "0193a5c0-0000-7000-8000-000000000001\nfaked"})
    void printsNothingOfWhatIsNoOrder(String correlationId, CapturedOutput output) {
        Exchange done = deliver(
                "console-print",
                Incoming.raw("console_queue", "order.created", "{")
                        .with(SpringRabbitMQConstants.CORRELATION_ID, correlationId));

        assertThat(done.getException()).isNull();
        assertThat(output.getOut()).doesNotContain("[x]");
        assertThat(published()).as("it spoils nothing, others judge it").isEmpty();
    }

    private double counted(String level) {
        return meters.counter("orderway.log.entries", "level", level).count();
    }

    private double users(String event) {
        return meters.counter("orderway.user.events", "event", event).count();
    }

    private Incoming reading(String value) {
        var body = EventBodies.of("sensor.reading", orderId);
        body.put("value", new BigDecimal(value));
        return Incoming.raw("sensor_queue", "warehouse.sensors.cold-store-1", Incoming.json(body));
    }

    private Incoming entry(String queue, String level) {
        var body = EventBodies.of("log.entry", orderId);
        body.put("level", level);
        return Incoming.raw(queue, level, Incoming.json(body));
    }

    private static Incoming picture(String id) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(ThumbnailsTest.picture(800, 400), "png", bytes);
        return Incoming.raw("thumbnail_queue", "thumbnail", bytes.toByteArray())
                .with(SpringRabbitMQConstants.MESSAGE_ID, id);
    }
}
