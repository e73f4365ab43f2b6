package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestDatabaseTest {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    @Test
    void twoDatabasesDoNotSeeEachOther() throws SQLException {
        try (TestDatabase other = TestDatabase.fresh();
                Connection connection = database.dataSource().getConnection()) {
            connection.createStatement().execute("CREATE TABLE orders (id int)");
            assertThat(tables(database)).isEqualTo(1);
            assertThat(tables(other)).isZero();
        }
    }

    @Test
    void aDatabaseIsGoneOnceClosedEvenWithSomeoneConnected() throws SQLException {
        TestDatabase closed = TestDatabase.fresh();
        Connection connection = closed.dataSource().getConnection();
        closed.close();

        assertThat(connection.isValid(5)).isFalse();
        assertThatThrownBy(() -> closed.dataSource().getConnection()).hasMessageContaining("does not exist");
    }

    private static long tables(TestDatabase of) throws SQLException {
        try (Connection connection = DriverManager.getConnection(of.jdbcUrl(), of.user(), of.password());
                ResultSet counted = connection
                        .createStatement()
                        .executeQuery("SELECT count(*) FROM information_schema.tables WHERE table_name = 'orders'")) {
            counted.next();
            return counted.getLong(1);
        }
    }
}
