package org.orderway.outages;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import org.orderway.broker.HttpFailures;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * One circuit breaker for all calls to one other side. They are made here and not in YAML for the one thing that YAML cannot
 * say: an answer that refuses the request is no failure of who gave it.
 */
@Configuration(proxyBeanMethods = false)
class Breakers {

    @Bean
    CircuitBreaker gatewayBreaker(OutageSettings settings, HttpFailures failures) {
        return breaker(Dependency.GATEWAY, settings.breaker(), failures);
    }

    @Bean
    CircuitBreaker carrierBreaker(OutageSettings settings, HttpFailures failures) {
        return breaker(Dependency.CARRIER, settings.breaker(), failures);
    }

    private static CircuitBreaker breaker(
            Dependency dependency, OutageSettings.Breaker settings, HttpFailures failures) {
        return CircuitBreaker.of(
                dependency.word(),
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(settings.failureRate())
                        .slidingWindowSize(settings.window())
                        .minimumNumberOfCalls(settings.minimumCalls())
                        .waitDurationInOpenState(settings.openFor())
                        .permittedNumberOfCallsInHalfOpenState(settings.trialCalls())
                        .recordException(failure -> !failures.isFinal(failure))
                        .build());
    }
}
