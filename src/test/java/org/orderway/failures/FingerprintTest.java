package org.orderway.failures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as the same failure, and that nobody's data is in it. */
class FingerprintTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            HTTP 500 from carrier.test:8443 | HTTP 500 | HTTP 500 from carrier.test:8443
            Unreadable: The body has 15728640 bytes | Unreadable | Unreadable: The body has # bytes
            UnknownOrder: There is no order 0193a5c0-0000-7000-8000-000000000001 | UnknownOrder | UnknownOrder: There is no order #
            RuntimeException (ConnectException) | RuntimeException | RuntimeException (ConnectException)
            Bug: ada@example.org and 17 | Bug | Bug: … and #
            out_of_stock | out_of_stock | out_of_stock
            17 | Unknown | #
            """)
    void leavesOutWhatDiffersFromOneMessageToTheNext(String reason, String cause, String normalised) {
        Fingerprint fingerprint = Fingerprint.of("shipping_queue", reason);

        assertThat(fingerprint.cause()).isEqualTo(cause);
        assertThat(fingerprint.reason()).isEqualTo(normalised);
        assertThat(fingerprint.id()).matches("[0-9a-f]{16}");
    }

    @Test
    void isTheSameForTheSameFailureAndAnotherForAnother() {
        String first = id("shipping_queue", "UnknownOrder: There is no order 0193a5c0-0000-7000-8000-000000000001");

        assertThat(id("shipping_queue", "UnknownOrder: There is no order 0193A5C0-0000-7000-8000-00000000ABCD"))
                .isEqualTo(first);
        assertThat(id("payment_queue", "UnknownOrder: There is no order 0193a5c0-0000-7000-8000-000000000001"))
                .isNotEqualTo(first);
        assertThat(id("shipping_queue", "HTTP 500 from carrier"))
                .isNotEqualTo(id("shipping_queue", "HTTP 503 from carrier"));
    }

    @Test
    void isOneShortLineWhateverAStrangerWrote() {
        Fingerprint fingerprint = Fingerprint.of("q", "\u0000\r\nSubject: " + "x".repeat(5_000));

        assertThat(fingerprint.cause()).isEqualTo("Unknown");
        assertThat(fingerprint.reason()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n", "\r", "\u0000");
    }

    private static String id(String queue, String reason) {
        return Fingerprint.of(queue, reason).id();
    }
}
