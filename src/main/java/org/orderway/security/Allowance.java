package org.orderway.security;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So much of something for each caller, refilled evenly over a time. Forgets the callers not seen for longest: memory has an end, addresses have not. */
final class Allowance {

    private static final int CALLERS_REMEMBERED = 10_000;

    private final int size;
    private final long nanosForOne;
    private final LongSupplier nanoTime;
    private final Map<String, Left> left = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Left> eldest) {
            return size() > CALLERS_REMEMBERED;
        }
    };

    /** @param size how much at once, and again within the time; 0: without limit */
    Allowance(int size, Duration within, LongSupplier nanoTime) {
        this.size = size;
        this.nanosForOne = size == 0 ? 0 : within.toNanos() / size;
        this.nanoTime = nanoTime;
    }

    /** Takes one. @return how long the caller has to wait for one; zero: it had one */
    synchronized Duration take(String caller) {
        Duration wait = waitOf(caller);
        if (wait.isZero() && size > 0) {
            Left now = now(caller);
            left.put(caller, new Left(now.amount - 1, now.at));
        }
        return wait;
    }

    /** How long the caller has to wait for one; takes none. */
    synchronized Duration waitOf(String caller) {
        if (size == 0) {
            return Duration.ZERO;
        }
        double missing = 1 - now(caller).amount;
        return missing <= 0 ? Duration.ZERO : Duration.ofNanos((long) Math.ceil(missing * nanosForOne));
    }

    private Left now(String caller) {
        long now = nanoTime.getAsLong();
        Left before = left.get(caller);
        return before == null
                ? new Left(size, now)
                : new Left(Math.min(size, before.amount + (double) (now - before.at) / nanosForOne), now);
    }

    private record Left(double amount, long at) {}
}
