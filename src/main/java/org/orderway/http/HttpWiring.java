package org.orderway.http;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

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

    @Autowired
    void takeAnswersAsTheyAre(RequestMappingHandlerAdapter adapter) {
        List<HandlerMethodReturnValueHandler> handlers = new ArrayList<>(adapter.getReturnValueHandlers());
        handlers.add(0, new Answered());
        adapter.setReturnValueHandlers(handlers);
    }

    /** The future a route's consumer returns is done, and its answer written: nothing is left to be dispatched. */
    private static class Answered implements HandlerMethodReturnValueHandler {

        @Override
        public boolean supportsReturnType(MethodParameter returnType) {
            return returnType.getContainingClass() == SpringBootPlatformHttpConsumer.class;
        }

        @Override
        public void handleReturnValue(
                Object future, MethodParameter returnType, ModelAndViewContainer container, NativeWebRequest request) {
            container.setRequestHandled(true);
        }
    }
}
