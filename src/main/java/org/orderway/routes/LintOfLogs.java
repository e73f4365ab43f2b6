package org.orderway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rule of what may be told to the log: ids and kinds, nobody's data. */
@Configuration(proxyBeanMethods = false)
class LintOfLogs {

    /** A message or an exception as a whole, which may hold anything. */
    private static final Pattern EVERYTHING = Pattern.compile(
            "(?i)(in\\.|out\\.)?(body|headers|exchange|exception|variables|messageHistory|prettyBody|bodyOneLine|"
                    + "originalBody|(body|mandatoryBody|message|header)As.*|exception\\.(message|stacktrace).*|pretty.*)"
                    + "|header(s)?[.:\\[](?!Camel).*"
                    + "|variable[.:](order|customer|request|delivery|event|message|lines)");

    private static final Pattern PERSONAL = Pattern.compile(
            "(?i).*[.\\[](customer|name|email|mail|phone|address|shipTo|city|postcode|token|card|recipient|to|subject|text|body|"
                    + "headers|request|payment)\\b.*");

    @Bean
    LintRule logRule() {
        return new LintRule(
                "personal-data",
                "what is in the log is read by many and kept for long; ids are enough to find the rest",
                (file, whole, rule) -> file.declared().stream()
                        .flatMap(one -> one.nodes().stream())
                        .flatMap(node -> Stream.of(ofLog(file, node, rule), ofEndpoint(file, node, rule))
                                .flatMap(Optional::stream)));
    }

    private static Optional<Finding> ofLog(RouteFile file, Declared.Step node, String rule) {
        Part message = node.kind().equals("log") ? node.part().find("message").orElse(null) : null;
        return message == null
                ? Optional.empty()
                : expressions(message.text()).stream()
                        .filter(LintOfLogs::tellsTooMuch)
                        .findFirst()
                        .map(expression -> file.finding(
                                rule,
                                message,
                                "${" + expression + "}",
                                "`${" + expression + "}` may be somebody's data, which has no place in the log",
                                "ids and kinds, such as `${variable.delivery.correlationId}` or `${body.orderId}`",
                                null));
    }

    private static Optional<Finding> ofEndpoint(RouteFile file, Declared.Step node, String rule) {
        boolean safe = node.part()
                .find("parameters")
                .map(options -> options.text("showBody").equals("false")
                        && !options.text("showAll").equals("true")
                        && !options.text("showHeaders").equals("true"))
                .orElse(false);
        return Declared.scheme(node.part()).equals("log") && !safe
                ? Optional.of(file.finding(
                        rule,
                        node.part(),
                        node.id(),
                        "an endpoint that logs whole messages",
                        "a `log` step with ids, or `showBody: \"false\"`",
                        null))
                : Optional.empty();
    }

    private static boolean tellsTooMuch(String expression) {
        return EVERYTHING.matcher(expression).matches()
                || PERSONAL.matcher(expression).matches();
    }

    /** What stands between <code>${</code> and its brace; what a bean makes of something is the bean's matter. */
    private static List<String> expressions(String message) {
        List<String> found = new ArrayList<>();
        for (int begin = message.indexOf("${"); begin >= 0; begin = message.indexOf("${", begin + 2)) {
            int depth = 1;
            int end = begin + 2;
            while (end < message.length() && depth > 0) {
                char sign = message.charAt(end++);
                depth += sign == '{' ? 1 : sign == '}' ? -1 : 0;
            }
            String expression = message.substring(begin + 2, depth == 0 ? end - 1 : end);
            if (expression.startsWith("bean:")) {
                begin = end - 2;
            } else {
                found.add(expression);
            }
        }
        return found;
    }
}
