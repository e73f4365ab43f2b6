package org.orderway.outages;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.orderway.broker.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Asks a dependency itself whether it is there, without any order's work. */
@Component("pings")
public class Pings {

    private static final Logger log = LoggerFactory.getLogger(Pings.class);
    private static final Pattern MAIL_URL = Pattern.compile("(smtps?)://([^:/?]+)(?::(\\d+))?.*");

    private final Publisher publisher;
    private final JdbcClient jdbc;
    private final URI gateway;
    private final URI carrier;
    private final Environment environment;
    private final Duration timeout;
    private final HttpClient http;

    Pings(
            Publisher publisher,
            JdbcClient jdbc,
            OutageSettings settings,
            @Value("${orderway.payment.gateway.url}${orderway.payment.gateway.ping}") URI gateway,
            @Value("${orderway.shipping.carrier.url}${orderway.shipping.carrier.ping}") URI carrier,
            Environment environment) {
        this.publisher = publisher;
        this.jdbc = jdbc;
        this.gateway = gateway;
        this.carrier = carrier;
        this.environment = environment;
        this.timeout = settings.pingTimeout();
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Whether it gave no sign of life within the time limit. */
    public boolean isSilent(String dependency) {
        return switch (Dependency.of(dependency)) {
            case BROKER -> !publisher.mayPublish();
            case DATABASE -> isSilentInSql();
            case GATEWAY -> isSilentInHttp(gateway);
            case CARRIER -> isSilentInHttp(carrier);
            case SMTP -> isSilentInMail();
        };
    }

    private boolean isSilentInSql() {
        try {
            jdbc.sql("select 1").query(Integer.class).single();
            return false;
        } catch (DataAccessException away) {
            log.debug("The database does not answer", away);
            return true;
        }
    }

    /** Any answer below 500 is a sign of life, also one that nothing is to be found there. */
    private boolean isSilentInHttp(URI address) {
        try {
            HttpRequest head = HttpRequest.newBuilder(address)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .timeout(timeout)
                    .build();
            return http.send(head, BodyHandlers.discarding()).statusCode() >= 500;
        } catch (IOException away) {
            log.debug("{} does not answer", address.getHost(), away);
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** A mail server speaks first. */
    private boolean isSilentInMail() {
        // Read anew: the embedded mail server gives its address only once it has started.
        Matcher url = MAIL_URL.matcher(environment.getRequiredProperty("orderway.mail.url"));
        if (!url.matches()) {
            throw new IllegalArgumentException("orderway.mail.url must begin with smtp:// or smtps:// and a host");
        }
        boolean encrypted = url.group(1).equals("smtps");
        int port = url.group(3) == null ? (encrypted ? 465 : 25) : Integer.parseInt(url.group(3));
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(url.group(2), port), millis);
            plain.setSoTimeout(millis);
            SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
            try (Socket socket = encrypted ? tls.createSocket(plain, url.group(2), port, true) : plain) {
                return !new String(socket.getInputStream().readNBytes(3)).equals("220");
            }
        } catch (IOException away) {
            log.debug("The mail server does not answer", away);
            return true;
        }
    }
}
