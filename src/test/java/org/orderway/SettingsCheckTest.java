package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

class SettingsCheckTest {

    private final SettingsCheck check = new SettingsCheck();

    @Test
    void aStartInTheWrongFolderSaysThatTheSettingsAreMissingAndWhereTheyWereSought() {
        assertThatThrownBy(() -> check.postProcessEnvironment(new MockEnvironment(), null))
                .isInstanceOf(SettingsCheck.Missing.class)
                .hasMessageContaining(System.getProperty("user.dir"));
        assertThat(new SettingsCheck.Analyzer()
                        .analyze(new IllegalStateException(new SettingsCheck.Missing()))
                        .getAction())
                .contains("application.yml", "--spring.config.additional-location");
    }

    @Test
    void aStartThatFoundThemGoesOn() {
        assertThatNoException()
                .isThrownBy(() -> check.postProcessEnvironment(
                        new MockEnvironment().withProperty("orderway.roles", "all"), null));
    }

    @Test
    void isAskedAtEveryStart() {
        ClassLoader loader = getClass().getClassLoader();
        assertThat(SpringFactoriesLoader.loadFactoryNames(EnvironmentPostProcessor.class, loader))
                .contains(SettingsCheck.class.getName());
        assertThat(SpringFactoriesLoader.loadFactoryNames(FailureAnalyzer.class, loader))
                .contains(SettingsCheck.Analyzer.class.getName());
    }
}
