package org.orderway.fraud;

import java.util.List;

/** What the rules say of a payment before it is taken. */
public sealed interface Verdict {

    /** Points of all reasons together. */
    int score();

    List<Reason> reasons();

    /** The payment may be taken. */
    record Approve(int score, List<Reason> reasons) implements Verdict {}

    /** A person has to decide before anything is taken. */
    record Review(int score, List<Reason> reasons) implements Verdict {}

    /** The payment is not taken, and the order is refused. */
    record Decline(int score, List<Reason> reasons) implements Verdict {}

    /**
     * A rule that spoke against a payment.
     *
     * @param rule   its name in the settings
     * @param points what it adds to the score
     * @param detail what it saw, with nobody's name, address or token in it
     */
    record Reason(String rule, int points, String detail) {}

    /** What the points of these reasons come to. */
    static Verdict of(List<Reason> reasons, int reviewFrom, int declineFrom) {
        int score = reasons.stream().mapToInt(Reason::points).sum();
        if (score >= declineFrom) {
            return new Decline(score, reasons);
        }
        return score >= reviewFrom ? new Review(score, reasons) : new Approve(score, reasons);
    }
}
