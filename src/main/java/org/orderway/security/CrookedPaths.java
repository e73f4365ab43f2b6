package org.orderway.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** A path that does not say plainly where it leads is refused first of all: Spring's own filters fail over it at Jolokia's servlet. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class CrookedPaths extends OncePerRequestFilter {

    private final HttpFirewall straight = new StrictHttpFirewall();

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            straight.getFirewalledRequest(request);
        } catch (RequestRejectedException crooked) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        if (writesTheServletOtherwise(request)) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        chain.doFilter(request, response);
    }

    /** With letters as {@code %6a}, which nobody needs to. */
    private static boolean writesTheServletOtherwise(HttpServletRequest request) {
        return request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH
                && !request.getRequestURI().startsWith(request.getServletPath());
    }
}
