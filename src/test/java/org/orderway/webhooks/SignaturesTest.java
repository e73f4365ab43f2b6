package org.orderway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.http.Problem;

class SignaturesTest {

    private static final byte[] BODY = "{\"status\": \"delivered\"}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

    /** Made by: printf '%s' '1790000000.{"status": "delivered"}' | openssl dgst -sha256 -hmac first */
    private static final String BY_OPENSSL =
            "t=1790000000,v1=d7b1f9f6358700fadc02de8918d70e2f05cbd20b2fe41f1666d557b425c675cc";

    private final Signatures ours = with(NOW, "first");

    @Test
    void letsACallPassThatAnyToolSigned() {
        ours.check("carrier", signed(BY_OPENSSL), BODY);
        assertThat(ours.sign("carrier", BODY)).isEqualTo(BY_OPENSSL);
    }

    @ParameterizedTest
    @CsvSource({"-300, true", "300, true", "-301, false", "301, false"})
    void aSignatureIsGoodForAFewMinutes(long seconds, boolean isGood) {
        Map<String, Object> headers =
                signed(with(NOW.plusSeconds(seconds), "first").sign("carrier", BODY));

        if (isGood) {
            ours.check("carrier", headers, BODY);
        } else {
            refused(() -> ours.check("carrier", headers, BODY), 401, "another time");
        }
    }

    @Test
    void whoeverDoesNotKnowTheSecretIsRefused() {
        refused(
                () -> ours.check("carrier", signed(with(NOW, "guessed").sign("carrier", BODY)), BODY),
                401,
                "not that of");
    }

    @Test
    void aSignatureBelongsToOneBodyAndOneTime() {
        byte[] other = "{\"status\": \"in_transit\"}".getBytes(StandardCharsets.UTF_8);

        refused(() -> ours.check("carrier", signed(BY_OPENSSL), other), 401, "not that of");
        refused(
                () -> ours.check("carrier", signed(BY_OPENSSL.replace("t=1790000000", "t=1790000001")), BODY),
                401,
                "not that of");
    }

    @Test
    void whileASecretIsReplacedBothAreTaken() {
        Signatures both = with(NOW, "second", "first");
        String signature = both.sign("carrier", BODY);

        both.check("carrier", signed(BY_OPENSSL), BODY);
        both.check("carrier", signed(signature), BODY);
        ours.check("carrier", signed(signature + BY_OPENSSL.substring(BY_OPENSSL.indexOf(','))), BODY);
        refused(() -> ours.check("carrier", signed(signature), BODY), 401, "not that of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "t=1790000000", "v1=00", "t=now,v1=00", "nonsense", "t=1790000000,v1=zz"})
    void aSignatureWithoutItsFormIsRefused(String signature) {
        refused(() -> ours.check("carrier", signed(signature), BODY), 401, "must be");
        refused(() -> ours.check("carrier", Map.of(), BODY), 401, "must be");
    }

    @Test
    void withoutASecretNobodyIsBelievedAndTheSettingIsNamed() {
        Signatures none = with(NOW, "");

        refused(() -> none.check("carrier", signed(BY_OPENSSL), BODY), 503, "orderway.webhooks.secrets.carrier");
        refused(() -> ours.check("payment", signed(BY_OPENSSL), BODY), 503, "orderway.webhooks.secrets.payment");
        assertThatThrownBy(() -> none.sign("carrier", BODY)).isInstanceOf(IllegalStateException.class);
    }

    private static Signatures with(Instant now, String... secrets) {
        return new Signatures(
                new WebhookSettings(Duration.ofMinutes(5), Map.of("carrier", List.of(secrets))),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Map<String, Object> signed(String signature) {
        return Map.of(Signatures.HEADER, signature);
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int status, String detail) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.detail()).contains(detail);
        });
    }
}
