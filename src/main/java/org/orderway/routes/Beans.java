package org.orderway.routes;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.orderway.broker.Nearest;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/** The beans a route can call, with their methods. None of them is called, or even made, to be looked at. */
@Component
class Beans {

    private static final String RULE = "bean";

    private final ApplicationContext context;

    Beans(ApplicationContext context) {
        this.context = context;
    }

    /** What is wrong with the name of a bean, or with the method called on it; empty when it can be called. */
    Optional<Finding> mistake(RouteFile file, Part at, String bean, String call) {
        if (!context.containsBean(bean)) {
            return Optional.of(file.finding(
                    RULE,
                    at,
                    bean,
                    "no bean `" + bean + "`",
                    null,
                    Nearest.to(bean, names()).orElse(null)));
        }
        Class<?> type = context.getType(bean);
        return type == null || call.isBlank() || call.contains("${") && call.indexOf('(') < 0
                ? Optional.empty()
                : method(file, at, bean, ClassUtils.getUserClass(type), call.strip());
    }

    private static Optional<Finding> method(RouteFile file, Part at, String bean, Class<?> type, String call) {
        String name = call.contains("(") ? call.substring(0, call.indexOf('(')).strip() : call;
        List<Method> methods = Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class && !method.isBridge())
                .toList();
        List<Method> named =
                methods.stream().filter(method -> method.getName().equals(name)).toList();
        if (named.isEmpty()) {
            List<String> names =
                    methods.stream().map(Method::getName).distinct().sorted().toList();
            return Optional.of(file.finding(
                    RULE,
                    at,
                    call,
                    "the bean `" + bean + "` has no method `" + name + "`",
                    "one of " + String.join(", ", names),
                    Nearest.to(name, names).orElse(null)));
        }
        OptionalInt given = arguments(call);
        if (given.isEmpty()
                || named.stream()
                        .anyMatch(method -> method.getParameterCount() == given.getAsInt() || method.isVarArgs())) {
            return Optional.empty();
        }
        return Optional.of(file.finding(
                RULE,
                at,
                call,
                "`" + bean + "." + name + "` is called with " + given.getAsInt() + " arguments",
                named.stream()
                        .map(Beans::signature)
                        .distinct()
                        .reduce((a, b) -> a + " or " + b)
                        .orElseThrow(),
                null));
    }

    private static String signature(Method method) {
        return "`" + method.getName() + "("
                + String.join(
                        ", ",
                        Stream.of(method.getParameterTypes())
                                .map(Class::getSimpleName)
                                .toList())
                + ")`";
    }

    /** How many arguments a call has; empty when it leaves them to Camel. */
    static OptionalInt arguments(String call) {
        int open = call.indexOf('(');
        if (open < 0) {
            return OptionalInt.empty();
        }
        String inside = call.substring(open + 1, Math.max(open + 1, call.lastIndexOf(')')));
        if (inside.isBlank()) {
            return OptionalInt.of(0);
        }
        int arguments = 1;
        int depth = 0;
        boolean quoted = false;
        for (char sign : inside.toCharArray()) {
            if (sign == '\'') {
                quoted = !quoted;
            } else if (!quoted) {
                depth += "({[".indexOf(sign) >= 0 ? 1 : ")}]".indexOf(sign) >= 0 ? -1 : 0;
                arguments += sign == ',' && depth == 0 ? 1 : 0;
            }
        }
        return OptionalInt.of(arguments);
    }

    /** The names by which routes call beans: Spring's own are longer. */
    private List<String> names() {
        return Arrays.stream(context.getBeanDefinitionNames())
                .filter(name -> !name.contains("."))
                .toList();
    }
}
