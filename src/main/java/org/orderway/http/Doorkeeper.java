package org.orderway.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.RequestPath;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Checks path, method and media types before the contract's routes are reached. Camel asks for the media types of a path,
 * not of an operation, and takes those of the last error for those of the answer; its own 404 and 405 have no body.
 */
class Doorkeeper implements HandlerInterceptor {

    private final Contract contract;

    Doorkeeper(Contract contract) {
        this.contract = contract;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        if (request.getDispatcherType() == DispatcherType.REQUEST && leadsToTheContract(handler)) {
            Contract.Operation operation = operation(request);
            checkWhatIsSent(request, operation);
            checkWhatIsWanted(request, operation);
        }
        return true;
    }

    /** Other routes of ours listen at paths of their own; the contract's share one consumer without a path. */
    private static boolean leadsToTheContract(Object handler) {
        return handler instanceof HandlerMethod method
                && method.getBean() instanceof PlatformHttpConsumer consumer
                && consumer.getEndpoint().getPath().replace("/", "").isEmpty();
    }

    private Contract.Operation operation(HttpServletRequest request) throws HttpRequestMethodNotSupportedException {
        RequestPath path = ServletRequestPathUtils.getParsedRequestPath(request);
        List<Contract.Operation> atThePath = contract.operationsAt(path.pathWithinApplication());
        if (atThePath.isEmpty()) {
            throw Problem.notFound("There is nothing at " + path.pathWithinApplication());
        }
        return atThePath.stream()
                .filter(operation -> operation.method().equals(request.getMethod()))
                .findFirst()
                .orElseThrow(() -> new HttpRequestMethodNotSupportedException(
                        request.getMethod(),
                        atThePath.stream().map(Contract.Operation::method).toList()));
    }

    private static void checkWhatIsSent(HttpServletRequest request, Contract.Operation operation)
            throws HttpMediaTypeNotSupportedException {
        if (operation.consumes().isEmpty() || (!operation.needsBody() && sendsNothing(request))) {
            return;
        }
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            // Camel would unpack it, past the limit of the body.
            throw Problem.of(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not read here, send the body as it is");
        }
        MediaType type = type(request.getContentType());
        if (type == null || operation.consumes().stream().noneMatch(known -> known.includes(type))) {
            throw new HttpMediaTypeNotSupportedException(type, operation.consumes());
        }
        Charset charset = type.getCharset();
        if (type.isCompatibleWith(MediaType.APPLICATION_JSON) && charset != null && charset != StandardCharsets.UTF_8) {
            throw Problem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is read as UTF-8 only, not as " + charset);
        }
    }

    private static boolean sendsNothing(HttpServletRequest request) {
        return request.getContentLengthLong() <= 0 && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null;
    }

    private static void checkWhatIsWanted(HttpServletRequest request, Contract.Operation operation)
            throws HttpMediaTypeNotAcceptableException {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept == null) {
            return;
        }
        try {
            boolean acceptable = MediaType.parseMediaTypes(accept).stream()
                    .anyMatch(wanted -> operation.produces().stream().anyMatch(wanted::isCompatibleWith));
            if (!acceptable) {
                throw new HttpMediaTypeNotAcceptableException(operation.produces());
            }
        } catch (InvalidMediaTypeException e) {
            throw Problem.of(HttpStatus.NOT_ACCEPTABLE, "Cannot read the Accept header");
        }
    }

    private static MediaType type(String contentType) {
        try {
            return contentType == null ? null : MediaType.parseMediaType(contentType);
        } catch (InvalidMediaTypeException e) {
            throw Problem.of(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Cannot read the Content-Type header");
        }
    }
}
