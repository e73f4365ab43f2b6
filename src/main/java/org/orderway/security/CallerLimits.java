package org.orderway.security;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.stereotype.Component;

/** How much one caller may ask for, and how often it may be wrong about a password or a key. Each instance counts for itself. */
@Component
class CallerLimits {

    private final Allowance requests;
    private final Allowance wrong;

    @Autowired
    CallerLimits(SecuritySettings settings) {
        this(settings, System::nanoTime);
    }

    CallerLimits(SecuritySettings settings, LongSupplier nanoTime) {
        this.requests = new Allowance(settings.requestsPerSecond(), Duration.ofSeconds(1), nanoTime);
        this.wrong = new Allowance(settings.wrongPerMinute(), Duration.ofMinutes(1), nanoTime);
    }

    /** Counts a request of a shop, a login or, of one that is neither, an address. @return how long it has to wait; zero: welcome */
    Duration request(String caller) {
        return requests.take(caller);
    }

    /** How long no further guess is taken from an address. */
    Duration untilNextGuess(String address) {
        return wrong.waitOf(address);
    }

    void wrong(String address) {
        wrong.take(address);
    }

    @EventListener
    void wrongPassword(AbstractAuthenticationFailureEvent failure) {
        if (failure.getAuthentication().getDetails() instanceof WebAuthenticationDetails details) {
            wrong(details.getRemoteAddress());
        }
    }
}
