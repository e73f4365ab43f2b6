package org.orderway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * No body beyond the limit is held in memory: neither Tomcat nor Camel knows such a limit. A body that does not tell its
 * length is read here as far as the limit, so that the refusal comes before anything is done; but only of whom the doors let in.
 */
@Component
@Order(SecurityProperties.DEFAULT_FILTER_ORDER + 10)
class BodyLimit extends OncePerRequestFilter {

    private final HttpSettings settings;
    private final ObjectMapper json;

    BodyLimit(HttpSettings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        DataSize limit = mayBeLarge(request.getRequestURI()) ? settings.maxImport() : settings.maxBody();
        long length = request.getContentLengthLong();
        if (length > limit.toBytes()) {
            refuse(response, limit);
        } else if (length >= 0) {
            chain.doFilter(request, response);
        } else {
            byte[] body = request.getInputStream().readNBytes(Math.toIntExact(limit.toBytes() + 1));
            if (body.length > limit.toBytes()) {
                refuse(response, limit);
            } else {
                chain.doFilter(body.length == 0 ? request : new ReadRequest(request, body), response);
            }
        }
    }

    /** Hawtio asks for the tree of everything there is by naming all of it. Nobody comes here without a login. */
    private static boolean mayBeLarge(String path) {
        return path.equals("/orders/import")
                || path.startsWith("/actuator/hawtio/jolokia")
                || path.startsWith("/actuator/jolokia");
    }

    private void refuse(HttpServletResponse response, DataSize limit) throws IOException {
        Problem problem = Problem.tooLarge("The body is larger than " + limit.toBytes() + " bytes");
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), problem.getBody());
    }

    /** The request with its body read already. */
    private static final class ReadRequest extends HttpServletRequestWrapper {

        private final byte[] body;
        private final ServletInputStream stream;

        ReadRequest(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
            this.stream = new ReadBody(new ByteArrayInputStream(body));
        }

        @Override
        public int getContentLength() {
            return body.length;
        }

        @Override
        public long getContentLengthLong() {
            return body.length;
        }

        @Override
        public ServletInputStream getInputStream() {
            return stream;
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        }
    }

    private static final class ReadBody extends ServletInputStream {

        private final ByteArrayInputStream bytes;

        ReadBody(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return bytes.read(into, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("The body is read already");
        }
    }
}
