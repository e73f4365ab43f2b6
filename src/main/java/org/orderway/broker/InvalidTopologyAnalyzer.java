package org.orderway.broker;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns a failed start into the list of mistakes in the topology table, without a stack trace. */
class InvalidTopologyAnalyzer extends AbstractFailureAnalyzer<InvalidTopology> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidTopology cause) {
        return new FailureAnalysis(
                "The topology (orderway.topology) cannot be used:\n\n- " + String.join("\n- ", cause.mistakes()),
                "Correct application.yml and start again. Nothing was declared on the broker.",
                cause);
    }
}
