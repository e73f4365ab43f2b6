package org.orderway.shipping;

/** No parcel of ours has this tracking number, or not yet: a report may overtake the answer to the booking. */
public class UnknownParcel extends RuntimeException {

    public UnknownParcel(String trackingNumber) {
        super("There is no parcel " + trackingNumber + " here, or not yet; call again later");
    }
}
