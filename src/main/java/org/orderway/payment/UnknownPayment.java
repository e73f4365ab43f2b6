package org.orderway.payment;

/** No charge, refund or payout of ours has this key. */
public class UnknownPayment extends RuntimeException {

    public UnknownPayment(String key) {
        super("There is no payment " + key + " here");
    }
}
