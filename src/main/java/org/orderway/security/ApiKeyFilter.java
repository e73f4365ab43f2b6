package org.orderway.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.orderway.http.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Knows a shop by its API key. A key that is wrong is refused, even where none is needed: its sender believes it counts. */
class ApiKeyFilter extends OncePerRequestFilter {

    static final String HEADER = "X-API-Key";

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFilter.class);
    private static final String BEARER = "Bearer ";
    private static final Duration AWAY_RETRY = Duration.ofSeconds(5);

    private final ApiKeys keys;
    private final CallerLimits limits;
    private final Refusals refusals;

    ApiKeyFilter(ApiKeys keys, CallerLimits limits, Refusals refusals) {
        this.keys = keys;
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = keyIn(request);
        if (key == null) {
            chain.doFilter(request, response);
            return;
        }
        Optional<String> shop;
        try {
            shop = keys.shopOf(key);
        } catch (DataAccessException e) {
            LOG.warn("Cannot look an API key up: {}", e.getClass().getName());
            refusals.write(request, response, Problem.unavailable("The database is away, try again", AWAY_RETRY));
            return;
        }
        if (shop.isEmpty()) {
            limits.wrong(request.getRemoteAddr());
            refusals.commence(request, response, new BadCredentialsException("The API key is not known"));
            return;
        }
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                "shop " + shop.get(), null, List.of(new SimpleGrantedAuthority("ROLE_" + Roles.SHOP))));
        SecurityContextHolder.setContext(context);
        chain.doFilter(request, response);
    }

    /** The key a request brings, or null. */
    static String keyIn(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return authorization.substring(BEARER.length()).strip();
        }
        return request.getHeader(HEADER);
    }
}
