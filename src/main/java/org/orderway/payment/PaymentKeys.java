package org.orderway.payment;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that movements of money are known by, on our side and as idempotency keys at the gateway. */
final class PaymentKeys {

    static final String REFUND = "refund-";
    static final String PAYOUT = "payout-";
    private static final String CHARGE = "charge-";
    private static final Pattern OF_ORDER =
            Pattern.compile("(charge|refund|payout)-(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})(?:-(.+))?");

    private PaymentKeys() {}

    static String charge(UUID orderId) {
        return CHARGE + orderId;
    }

    static String refund(UUID orderId, String operation) {
        return REFUND + orderId + "-" + operation;
    }

    static String payout(UUID orderId, String operation) {
        return PAYOUT + orderId + "-" + operation;
    }

    /** The order in a key. @throws UnknownPayment when it is none of ours */
    static UUID orderId(String key) {
        return UUID.fromString(read(key).group(2));
    }

    /** What a refund or payout is for. @throws UnknownPayment when the key says nothing of it */
    static String operation(String key) {
        String operation = read(key).group(3);
        if (operation == null) {
            throw new UnknownPayment(key);
        }
        return operation;
    }

    private static Matcher read(String key) {
        Matcher read = OF_ORDER.matcher(key);
        if (!read.matches()) {
            throw new UnknownPayment(key);
        }
        return read;
    }
}
