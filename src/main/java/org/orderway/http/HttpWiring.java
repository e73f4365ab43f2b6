package org.orderway.http;

import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.springframework.beans.factory.annotation.Value;
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

    /**
     * Requests are worked on by the web server's own threads. On other threads an answer may meet the end of its connection,
     * each holding the lock the other waits for, and both threads are lost: 16 of those, and nobody is answered any more.
     */
    @Bean("platform-http-engine")
    PlatformHttpEngine platformHttpEngine(@Value("${server.port:8080}") int port) {
        return new SpringBootPlatformHttpEngine(port, Runnable::run);
    }
}
