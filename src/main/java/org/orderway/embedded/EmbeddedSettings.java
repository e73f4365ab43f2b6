package org.orderway.embedded;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of what runs inside the JVM in profile {@code embedded}; a port of 0 takes a free one.
 *
 * @param data folder of everything that must outlive the JVM, relative to the working directory
 */
@ConfigurationProperties("orderway.embedded")
record EmbeddedSettings(
        @DefaultValue("data") Path data,
        @DefaultValue Broker broker,
        @DefaultValue Database database,
        @DefaultValue Mail mail) {

    /**
     * The broker takes AMQP 0-9-1 on loopback only.
     *
     * @param store durable, or memory for tests that need nothing after a stop
     */
    record Broker(
            @DefaultValue("5673") int port,
            @DefaultValue("durable") Store store,
            @DefaultValue("guest") String username,
            @DefaultValue("guest") String password) {}

    /**
     * The database is a real PostgreSQL on loopback only.
     *
     * @param binaries where the PostgreSQL programs are unpacked, once for all data folders
     */
    record Database(
            @DefaultValue("5433") int port, @DefaultValue("${user.home}/.cache/orderway/postgres") Path binaries) {}

    /**
     * The mail server takes SMTP on loopback only and delivers nothing.
     *
     * @param keep how many caught mails are kept in memory; the oldest go first
     */
    record Mail(@DefaultValue("3025") int port, @DefaultValue("1000") int keep) {}

    enum Store {
        DURABLE,
        MEMORY
    }
}
