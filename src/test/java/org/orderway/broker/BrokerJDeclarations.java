package org.orderway.broker;

import org.springframework.amqp.core.Declarable;

/** Lends the broker's translation to tests of other rooms. */
public final class BrokerJDeclarations {

    private BrokerJDeclarations() {}

    public static Declarable translate(Declarable declarable) {
        return new BrokerJTranslation().apply(declarable);
    }
}
