package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Certificate;
import org.orderway.testing.Readme;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** The doors with a certificate, by the settings that the README names. */
@ContextConfiguration(initializers = HttpsTest.AsTheReadmeTells.class)
class HttpsTest extends AtTheDoors {

    private static Certificate certificate;

    static class AsTheReadmeTells implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                certificate = Certificate.of("localhost");
                Map<String, String> settings = new TreeMap<>(Readme.settings("### TLS"));
                settings.keySet().removeIf(name -> name.contains("BROKER") || name.contains("RABBITMQ"));
                settings.replaceAll((name, value) -> value.replace(
                                "/path/cert.pem", certificate.certificate().toString())
                        .replace("/path/key.pem", certificate.key().toString()));
                context.getEnvironment().getPropertySources().addFirst(Readme.environment(settings));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void isServedWithTheCertificateThatTheSettingsName() throws Exception {
        HttpResponse<String> answer = client().send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/orders"))
                                .header("X-API-Key", KEY)
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
    }

    @Test
    void aBrowserKeepsItsLoginForThisWayAlone() throws Exception {
        HttpResponse<String> answer = client().send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/login"))
                                .header("Accept", "text/html")
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.headers().allValues("Set-Cookie")).isNotEmpty().allSatisfy(cookie -> assertThat(cookie)
                .contains("; Secure"));
    }

    @Test
    void nothingIsToldInTheClear() throws Exception {
        assertThat(send("GET", "/orders", null, "X-API-Key", KEY).statusCode()).isEqualTo(400);
    }

    private static HttpClient client() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        try (InputStream file = new FileInputStream(certificate.certificate().toFile())) {
            trusted.setCertificateEntry(
                    "ours", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(tls).build();
    }
}
