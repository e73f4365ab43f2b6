package org.orderway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts Orderway: the routes of {@code routes-yaml/} over the broker and the database of the active profile. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class OrderwayApplication {

    public static void main(String[] args) {
        SpringApplication.run(OrderwayApplication.class, args);
    }
}
