package org.orderway.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/**
 * What tells a browser from a program. A browser adds what it keeps (a session, basic credentials) to whatever any site makes
 * it send: a request that changes something must then show the token that only our own pages know. A program that brings its
 * credentials itself, and a key in a header, which no other site can make a browser send, need none.
 */
final class Browsers {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private Browsers() {}

    /** Whether a browser sent it: every one of today says so in what changes something. */
    static boolean sent(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.ORIGIN) != null || request.getHeader("Sec-Fetch-Mode") != null;
    }

    static boolean mustShowTheToken(HttpServletRequest request) {
        return !READING.contains(request.getMethod())
                && ApiKeyFilter.keyIn(request) == null
                && (sent(request) || request.getRequestedSessionId() != null);
    }

    /** Whether it asks for a page. */
    static boolean wantsAPage(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return request.getMethod().equals("GET") && accept != null && accept.contains("text/html");
    }
}
