package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers are worth another try, and when. */
class HttpFailuresTest {

    private final HttpFailures failures =
            new HttpFailures(Clock.fixed(Instant.parse("2026-11-20T10:00:00Z"), ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource({
        "302, true",
        "400, true",
        "401, true",
        "403, true",
        "404, true",
        "408, false",
        "409, true",
        "422, true",
        "425, false",
        "429, false",
        "500, false",
        "502, false",
        "503, false",
        "504, false"
    })
    void whatWillBeAnsweredTheSameAgainIsFinal(int status, boolean isFinal) {
        assertThat(failures.isFinal(answer(status, Map.of()))).isEqualTo(isFinal);
        assertThat(failures.isFinal(new RuntimeException("wrapped", answer(status, Map.of()))))
                .isEqualTo(isFinal);
    }

    @Test
    void whatIsNoAnswerIsNotFinal() {
        assertThat(failures.isFinal(new java.net.SocketTimeoutException())).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "429 | 7                             | PT7S",
                "429 | ' 120 '                       | PT2M",
                "429 | Fri, 20 Nov 2026 10:05:00 GMT | PT5M",
                "503 | 30                            | PT30S",
                "429 | Fri, 20 Nov 2026 09:05:00 GMT | -",
                "429 | -5                            | -",
                "429 | soon                          | -",
                "429 | 99999999999999999999          | -",
                "500 | 7                             | -",
            })
    void aTimeToStayAwayIsReadInSecondsOrAsADate(int status, String header, Duration wait) {
        assertThat(failures.retryAfter(answer(status, Map.of("Retry-After", header)))
                        .orElse(null))
                .isEqualTo(wait);
        assertThat(failures.retryAfter(answer(status, Map.of()))).isEmpty();
    }

    private static HttpOperationFailedException answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException("http://gateway.test/charges", status, "", null, headers, "");
    }
}
