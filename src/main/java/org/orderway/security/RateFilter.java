package org.orderway.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** One caller must not keep the others out: requests of each are counted, once it is known who it is. */
class RateFilter extends OncePerRequestFilter {

    private final CallerLimits limits;
    private final Refusals refusals;

    RateFilter(CallerLimits limits, Refusals refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !AccessRules.isApi(request) && !AccessRules.isWebhook(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Duration wait = limits.request(caller(request));
        if (wait.isZero()) {
            chain.doFilter(request, response);
        } else {
            refusals.tooMany(request, response, "Too many requests at once, slow down", wait);
        }
    }

    private static String caller(HttpServletRequest request) {
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        return known == null || known instanceof AnonymousAuthenticationToken
                ? "address " + request.getRemoteAddr()
                : known.getName();
    }
}
