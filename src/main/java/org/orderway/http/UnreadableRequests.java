package org.orderway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;

/** Requests that Tomcat refuses before Spring sees them, such as one with {@code %2F} in its path, get a problem document too. */
@Component
class UnreadableRequests implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    private final ObjectMapper json;

    UnreadableRequests(ObjectMapper json) {
        this.json = json;
    }

    @Override
    public void customize(TomcatServletWebServerFactory tomcat) {
        tomcat.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ProblemValve(json)));
    }

    private static final class ProblemValve extends ErrorReportValve {

        private final ObjectMapper json;

        ProblemValve(ObjectMapper json) {
            this.json = json;
        }

        @Override
        protected void report(Request request, Response response, Throwable fault) {
            boolean unanswered =
                    response.getStatus() >= 400 && response.getContentWritten() == 0 && response.setErrorReported();
            if (!unanswered) {
                return;
            }
            try {
                response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
                OutputStream body = response.getOutputStream();
                body.write(
                        json.writeValueAsBytes(ProblemDetail.forStatus(HttpStatusCode.valueOf(response.getStatus()))));
                response.finishResponse();
            } catch (IOException | IllegalStateException e) {
                getContainer().getLogger().debug("The sender has gone", e);
            }
        }
    }
}
