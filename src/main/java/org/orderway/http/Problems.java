package org.orderway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.util.ObjectHelper;
import org.orderway.orders.InvalidOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Writes the problem document (RFC 9457) of a failed exchange. Knows Camel, as few beans do: status, headers and body of an
 * answer are the message's, and the exception is the exchange's.
 */
@Component("problems")
public class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final Duration BACKLOG_RETRY = Duration.ofSeconds(10);
    private static final Duration AWAY_RETRY = Duration.ofSeconds(5);

    private final ObjectMapper json;

    Problems(ObjectMapper json) {
        this.json = json;
    }

    /** Answers a {@link Problem} in its own words; it is the sender's matter, so nothing is logged. */
    public void refuse(Exchange exchange) {
        Problem problem = ObjectHelper.getException(Problem.class, caught(exchange));
        answer(exchange, problem.getBody(), problem.getHeaders());
    }

    /** Answers 400 with every mistake that was found in an order. */
    public void invalidOrder(Exchange exchange) {
        InvalidOrder invalid = ObjectHelper.getException(InvalidOrder.class, caught(exchange));
        Problem problem = Problem.badRequest(
                invalid.getMessage(),
                invalid.errors().stream()
                        .map(error -> new Problem.Fault(error.pointer(), error.detail()))
                        .toList());
        answer(exchange, problem.getBody(), problem.getHeaders());
    }

    /** Answers a refusal of ours, whose message is meant for the sender, with the status the route gives it. */
    public void refuseAs(Exchange exchange, int status) {
        Problem problem =
                Problem.of(HttpStatus.valueOf(status), caught(exchange).getMessage());
        answer(exchange, problem.getBody(), problem.getHeaders());
    }

    /** Turns an order away while too many messages wait for the broker. @throws Problem 503, always */
    public void tooMuchWaiting() {
        throw Problem.unavailable("Too many orders wait for the broker at present, try again", BACKLOG_RETRY);
    }

    /** Answers 503: the database or the broker is away or busy, nothing was accepted, the sender may try again. */
    public void away(Exchange exchange) {
        Exception cause = caught(exchange);
        boolean database = cause instanceof DataAccessException || cause instanceof TransactionException;
        if (database) {
            LOG.warn(
                    "{} cannot reach the database, exchange {}: {}",
                    failedRoute(exchange),
                    exchange.getExchangeId(),
                    cause.getClass().getName());
        }
        Problem problem = Problem.unavailable(
                database ? "The database is away, try again" : "The broker is away or busy, try again", AWAY_RETRY);
        answer(exchange, problem.getBody(), problem.getHeaders());
    }

    /** Answers 500 without a word of the inside; the document's {@code correlation} finds the log line. */
    public void fault(Exchange exchange) {
        LOG.error("{} failed, exchange {}", failedRoute(exchange), exchange.getExchangeId(), caught(exchange));
        ProblemDetail document = ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "A fault of Orderway's; the log tells it under the correlation");
        document.setProperty("correlation", exchange.getExchangeId());
        answer(exchange, document, HttpHeaders.EMPTY);
    }

    private void answer(Exchange exchange, ProblemDetail document, HttpHeaders headers) {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, String.class);
        if (path != null) {
            document.setInstance(URI.create(path));
        }
        message.removeHeaders("*");
        headers.forEach((name, values) -> message.setHeader(name, values.get(0)));
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, document.getStatus());
        message.setHeader(Exchange.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        try {
            message.setBody(json.writeValueAsBytes(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a problem document", e);
        }
    }

    private static Exception caught(Exchange exchange) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    }

    private static String failedRoute(Exchange exchange) {
        return exchange.getProperty(Exchange.FAILURE_ROUTE_ID, exchange.getFromRouteId(), String.class);
    }
}
