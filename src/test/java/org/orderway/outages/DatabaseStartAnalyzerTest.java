package org.orderway.outages;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.TestDatabase;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

/** What PostgreSQL's own refusals are turned into. */
class DatabaseStartAnalyzerTest {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    @Test
    void aDatabaseThatDoesNotAnswerIsNamedWithWhatToDo() {
        String url = "jdbc:postgresql://127.0.0.1:" + ChildJvm.freePort() + "/orderway";

        FailureAnalysis analysis = analyze(url);

        assertThat(analysis.getDescription()).contains(url, "does not answer");
        assertThat(analysis.getAction()).contains("ORDERWAY_DATABASE_URL", "embedded");
    }

    @Test
    void aDatabaseThatIsNotThereIsToldFromAServerThatIsNotThere() {
        String url = database.jdbcUrl().replaceFirst("/[^/]*$", "/nowhere");

        assertThat(analyze(url).getDescription()).contains(url, "is not there, though its server is");
    }

    @Test
    void otherMistakesInSqlAreLeftToOthers() {
        assertThat(analyzer("jdbc:x").analyze(new IllegalStateException(new SQLException("syntax", "42601"))))
                .isNull();
        assertThat(analyzer("jdbc:x").analyze(new IllegalStateException(new SQLException("no state"))))
                .isNull();
    }

    @Test
    void isAskedWhenAStartFails() {
        assertThat(SpringFactoriesLoader.loadFactoryNames(
                        FailureAnalyzer.class, getClass().getClassLoader()))
                .contains(DatabaseStartAnalyzer.class.getName());
    }

    private static FailureAnalysis analyze(String url) {
        try {
            DriverManager.getConnection(url, database.user(), database.password())
                    .close();
            throw new AssertionError("connected to " + url);
        } catch (SQLException refused) {
            return analyzer(url).analyze(new IllegalStateException(refused));
        }
    }

    private static DatabaseStartAnalyzer analyzer(String url) {
        DatabaseStartAnalyzer analyzer = new DatabaseStartAnalyzer();
        analyzer.setEnvironment(new MockEnvironment().withProperty("spring.datasource.url", url));
        return analyzer;
    }
}
