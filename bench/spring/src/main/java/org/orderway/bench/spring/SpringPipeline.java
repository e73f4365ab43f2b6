package org.orderway.bench.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The application. */
@SpringBootApplication
@EnableScheduling
public class SpringPipeline {

    public static void main(String[] arguments) {
        SpringApplication.run(SpringPipeline.class, arguments);
    }
}
