package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.security.SecuritySettings.ApiKeyUse;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class LoginsTest {

    private static final Pattern TOLD = Pattern.compile("Log in as operator with the password (\\S+) ");

    private final SettingsPasswords passwords = new SettingsPasswords();

    @Test
    void makesUpAPasswordThatNobodySetAndTellsItOnce(CapturedOutput log) {
        Logins logins = new Logins(settings("", "a-viewers-password"), passwords);
        logins.tellWhatWasMadeUp();
        logins.tellWhatWasMadeUp();

        Matcher told = TOLD.matcher(log.getAll());
        assertThat(told.find()).isTrue();
        assertThat(told.group(1)).hasSizeGreaterThanOrEqualTo(24);
        assertThat(passwords.matches(
                        told.group(1), logins.loadUserByUsername("operator").getPassword()))
                .isTrue();
        assertThat(told.find()).isFalse();
        assertThat(log.getAll()).doesNotContain("a-viewers-password");
    }

    @Test
    void makesUpAnotherOneEachTime() {
        String first = new Logins(settings("", ""), passwords)
                .loadUserByUsername("operator")
                .getPassword();
        String second = new Logins(settings("", ""), passwords)
                .loadUserByUsername("operator")
                .getPassword();

        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void refusesToStartWithAPasswordThatIsGuessedQuickly() {
        assertThatThrownBy(() -> new Logins(settings("operator", ""), passwords))
                .hasMessageContaining("operator-password")
                .hasMessageContaining("12 characters");
    }

    @Test
    void aViewerIsNoOperator() {
        Logins logins = new Logins(settings("an-operators-password", "a-viewers-password"), passwords);

        assertThat(logins.loadUserByUsername("viewer").getAuthorities())
                .extracting(Object::toString)
                .containsExactly("ROLE_VIEWER");
        assertThat(logins.loadUserByUsername("operator").getAuthorities())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder("ROLE_VIEWER", "ROLE_OPERATOR");
    }

    private static SecuritySettings settings(String operator, String viewer) {
        return new SecuritySettings(ApiKeyUse.REQUIRED, operator, viewer, 0, 0);
    }
}
