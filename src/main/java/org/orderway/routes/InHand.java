package org.orderway.routes;

import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a route of this instance has in hand, so that no other thread begins with it meanwhile. */
@Configuration(proxyBeanMethods = false)
class InHand {

    private static final int KEYS = 10_000;

    /** The messages that are being sent, and the latest that were. One that fails is forgotten, so that it is tried again. */
    @Bean
    IdempotentRepository messagesInHand() {
        return MemoryIdempotentRepository.memoryIdempotentRepository(KEYS);
    }
}
