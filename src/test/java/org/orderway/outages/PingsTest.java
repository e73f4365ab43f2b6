package org.orderway.outages;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.TcpProxy;
import org.orderway.testing.TestDatabase;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

/** What counts as a sign of life of whom. */
class PingsTest {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration HASTY = Duration.ofMillis(500);
    private static final URI NOBODY = URI.create("http://127.0.0.1:" + ChildJvm.freePort() + "/");

    private final WireMockServer service =
            new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeEach
    void start() {
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop();
    }

    @ParameterizedTest
    @CsvSource({"200, false", "302, false", "401, false", "404, false", "405, false", "500, true", "503, true"})
    void aServiceLivesThatGivesAnyAnswerBelow500(int status, boolean silent) {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)));

        assertThat(pings(URI.create(service.baseUrl()), "smtp://127.0.0.1:1").isSilent("gateway"))
                .isEqualTo(silent);
    }

    @Test
    void aServiceThatAnswersTooLateOrNotAtAllIsAway() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withFixedDelay(8_000)));

        assertThat(pings(URI.create(service.baseUrl()), "smtp://127.0.0.1:1", HASTY)
                        .isSilent("carrier"))
                .isTrue();
        assertThat(pings(NOBODY, "smtp://127.0.0.1:1").isSilent("carrier")).isTrue();
    }

    @Test
    void aMailServerLivesThatGreets() {
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        String url = "smtp://127.0.0.1:" + mail.getSmtp().getPort();
        try {
            assertThat(pings(NOBODY, url + "?username=a&password=b c").isSilent("smtp"))
                    .isFalse();
        } finally {
            mail.stop();
        }
        assertThat(pings(NOBODY, url).isSilent("smtp")).isTrue();
    }

    @Test
    void aMailServerThatSaysNothingIsAway() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(pings(NOBODY, "smtp://127.0.0.1:" + mute.getLocalPort(), HASTY)
                            .isSilent("smtp"))
                    .isTrue();
        }
    }

    @Test
    void aDatabaseLivesThatCanBeAsked() {
        URI address = URI.create(database.jdbcUrl().substring("jdbc:".length()));
        try (TcpProxy network = TcpProxy.to(address.getHost(), address.getPort())) {
            PGSimpleDataSource through = new PGSimpleDataSource();
            through.setUrl(database.jdbcUrl().replace(":" + address.getPort() + "/", ":" + network.port() + "/"));
            through.setUser(database.user());
            through.setPassword(database.password());
            Pings pings = new Pings(
                    null, JdbcClient.create(through), settings(PATIENT), NOBODY, NOBODY, mailAt("smtp://127.0.0.1:1"));

            assertThat(pings.isSilent("database")).isFalse();
            network.refuse();
            assertThat(pings.isSilent("database")).isTrue();
            network.pass();
            assertThat(pings.isSilent("database")).isFalse();
        }
    }

    @Test
    void aMailServerWhoseAddressIsKnownLaterIsAskedThere() throws IOException {
        try (ServerSocket greeter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            MockEnvironment environment = mailAt("smtp://127.0.0.1:1");
            Pings pings = new Pings(null, null, settings(PATIENT), NOBODY, NOBODY, environment);
            environment.setProperty("orderway.mail.url", "smtp://127.0.0.1:" + greeter.getLocalPort());
            CompletableFuture<Void> greeting = CompletableFuture.runAsync(() -> {
                try (Socket client = greeter.accept()) {
                    client.getOutputStream().write("220 here\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            assertThat(pings.isSilent("smtp")).isFalse();
            greeting.join();
        }
    }

    private static Pings pings(URI service, String mailUrl) {
        return pings(service, mailUrl, PATIENT);
    }

    private static Pings pings(URI service, String mailUrl, Duration timeout) {
        return new Pings(
                null, JdbcClient.create(database.dataSource()), settings(timeout), service, service, mailAt(mailUrl));
    }

    private static MockEnvironment mailAt(String url) {
        return new MockEnvironment().withProperty("orderway.mail.url", url);
    }

    private static OutageSettings settings(Duration timeout) {
        return new OutageSettings(null, null, null, null, timeout, null);
    }
}
