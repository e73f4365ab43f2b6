package org.orderway;

import org.eclipse.angus.mail.util.MailStreamProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts Orderway: the routes of {@code routes-yaml/} over the broker and the database of the active profile. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class OrderwayApplication {

    static {
        // Jakarta Mail looks for it in every jar of the classpath otherwise, for each part of each mail anew.
        System.setProperty("jakarta.mail.util.StreamProvider", MailStreamProvider.class.getName());
    }

    public static void main(String[] args) {
        SpringApplication.run(OrderwayApplication.class, args);
    }
}
