package org.orderway.orders;

/**
 * What became of the pieces of a line. All others are held, or will be.
 *
 * @param cancelled   never left
 * @param uncharged   of the cancelled ones those that nobody had paid for by then
 * @param backOrdered wait for goods
 * @param shipped     left the house
 * @param returned    of the shipped ones those that came back
 * @param granted     of the shipped ones those that were paid back although the customer keeps them
 */
public record Tally(int cancelled, int uncharged, int backOrdered, int shipped, int returned, int granted) {

    /** Nothing has become of any piece yet. */
    public static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0);

    /** Pieces that wait for goods are given up first. */
    Tally cancel(int pieces, boolean charged) {
        return new Tally(
                cancelled + pieces,
                uncharged + (charged ? 0 : pieces),
                backOrdered - Math.min(pieces, backOrdered),
                shipped,
                returned,
                granted);
    }

    /** So many pieces wait for goods, or, below 0, do not any more. */
    Tally backOrder(int pieces) {
        return new Tally(cancelled, uncharged, backOrdered + pieces, shipped, returned, granted);
    }

    Tally ship(int pieces) {
        return new Tally(cancelled, uncharged, backOrdered, shipped + pieces, returned, granted);
    }

    Tally takeBack(int pieces) {
        return new Tally(cancelled, uncharged, backOrdered, shipped, returned + pieces, granted);
    }

    Tally grant(int pieces) {
        return new Tally(cancelled, uncharged, backOrdered, shipped, returned, granted + pieces);
    }
}
