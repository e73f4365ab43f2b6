package org.orderway.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Keeps guessing slow: after too many wrong passwords and keys an address is not listened to for a while, right or wrong. */
class GuessFilter extends OncePerRequestFilter {

    private final CallerLimits limits;
    private final Refusals refusals;

    GuessFilter(CallerLimits limits, Refusals refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        boolean logsIn = request.getMethod().equals("POST") && AccessRules.isLogin(request);
        return !logsIn
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null
                && request.getHeader(ApiKeyFilter.HEADER) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Duration wait = limits.untilNextGuess(request.getRemoteAddr());
        if (wait.isZero()) {
            chain.doFilter(request, response);
        } else {
            refusals.tooMany(request, response, "Too many wrong passwords or keys from this address", wait);
        }
    }
}
