package org.orderway.security;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.orderway.http.Problem;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.stereotype.Component;

/** Whoever is not let in gets a problem document (RFC 9457), too. */
@Component
class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {

    private final ObjectMapper json;

    Refusals(ObjectMapper json) {
        this.json = json;
    }

    /** 401. A browser is not asked for basic credentials: it would keep them, and send them along with whatever another site makes it send. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        boolean api = AccessRules.isApi(request);
        if (api) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"orderway\"");
        } else if (!Browsers.sent(request)) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"orderway\"");
        }
        write(
                request,
                response,
                Problem.of(
                        HttpStatus.UNAUTHORIZED,
                        api
                                ? "A valid API key is needed here, as Authorization: Bearer or X-API-Key"
                                : "Log in first"));
    }

    /** 403. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
            throws IOException {
        write(
                request,
                response,
                Problem.of(
                        HttpStatus.FORBIDDEN,
                        why instanceof CsrfException
                                ? "The token against requests made by other sites is missing or wrong; load the page again"
                                : "This login may not do that"));
    }

    /** 429. */
    void tooMany(HttpServletRequest request, HttpServletResponse response, String detail, Duration wait)
            throws IOException {
        write(request, response, Problem.tooMany(detail, wait));
    }

    void write(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        ProblemDetail document = problem.getBody();
        document.setInstance(URI.create(request.getRequestURI()));
        response.setStatus(problem.status());
        problem.getHeaders().forEach((name, values) -> response.setHeader(name, values.get(0)));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), document);
    }
}
