package org.orderway.testing;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Skips or runs a class marked {@link NeedsRabbitMq}, and lends it a virtual host. */
class RealRabbitExtension implements ExecutionCondition, BeforeAllCallback, ParameterResolver {

    /** The report of what was not run groups by this text. */
    static final String REASON = "need a real RabbitMQ";

    private static final Namespace OURS = Namespace.create(RealRabbitExtension.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return decide(RealRabbit.isGiven(), "required".equals(System.getProperty("orderway.test.rabbitmq")));
    }

    /** When required, the class is run without an address too, and fails as it asks for one. */
    static ConditionEvaluationResult decide(boolean given, boolean required) {
        return given || required
                ? ConditionEvaluationResult.enabled("a real RabbitMQ is given or required")
                : ConditionEvaluationResult.disabled(REASON);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // A nested class finds the one of the class around it. The store closes it after the class it was made for.
        context.getStore(OURS).getOrComputeIfAbsent(RealRabbit.class, type -> RealRabbit.open(
                        context.getRequiredTestClass().getSimpleName())
                .lend());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RealRabbit.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(OURS).get(RealRabbit.class);
    }
}
