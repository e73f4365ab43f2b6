package org.orderway.http;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.MappedInterceptor;

@Configuration
class HttpWiring {

    /** A MappedInterceptor, because Camel's handler mapping does not see interceptors registered the usual way. */
    @Bean
    MappedInterceptor doorkeeper(Contract contract) {
        return new MappedInterceptor(null, new Doorkeeper(contract));
    }
}
