package org.orderway.crash;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.orderway.testing.ChildJvm;
import org.postgresql.ds.PGSimpleDataSource;

/** Broker and database die with the application, or are left behind by it, and are there again with all they had. */
class EmbeddedCrashIT extends CrashJourneys {

    private final int brokerPort = ChildJvm.freePort();
    private final int databasePort = ChildJvm.freePort();

    @Override
    int turn() {
        return 0;
    }

    @Override
    List<String> arguments() {
        return List.of(
                "--spring.profiles.active=embedded",
                "--orderway.embedded.broker.port=" + brokerPort,
                "--orderway.embedded.database.port=" + databasePort,
                "--orderway.embedded.mail.port=0");
    }

    @Override
    DataSource dataSource() {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl("jdbc:postgresql://127.0.0.1:" + databasePort + "/postgres");
        database.setUser("postgres");
        return database;
    }

    /** The embedded mail server forgets its mails with the JVM. */
    @Override
    boolean mailsComeHere() {
        return false;
    }

    @Override
    Connection broker() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(brokerPort);
        return factory.newConnection("test");
    }

    /** The database of a killed child runs on. */
    @Override
    void leaveNothingBehind() throws IOException {
        Path pid = folder.resolve("data/postgres/postmaster.pid");
        if (Files.exists(pid)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).trim()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}
