package org.orderway.crash;

import com.rabbitmq.client.Connection;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.TestDatabase;

/** Only the application dies; RabbitMQ and PostgreSQL live on and hand back what it had in hand. */
@NeedsRabbitMq
class RabbitCrashIT extends CrashJourneys {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    @Override
    int turn() {
        return 1;
    }

    @Override
    List<String> arguments() {
        RealRabbit rabbit = RealRabbit.current();
        return List.of(
                "--spring.profiles.active=rabbitmq,simulators",
                "--spring.rabbitmq.addresses=" + rabbit.host() + ":" + rabbit.port(),
                "--spring.rabbitmq.virtual-host=" + rabbit.virtualHost(),
                "--spring.rabbitmq.username=" + rabbit.user(),
                "--spring.rabbitmq.password=" + rabbit.password(),
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password());
    }

    @Override
    DataSource dataSource() {
        return database.dataSource();
    }

    @Override
    boolean mailsComeHere() {
        return true;
    }

    @Override
    Connection broker() throws Exception {
        return RealRabbit.current().connect();
    }
}
