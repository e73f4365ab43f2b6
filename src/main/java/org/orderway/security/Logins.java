package org.orderway.security;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/** The logins of the people who run it. There is no password that others could know: it is set, or made up at the start and told once. */
@Component
class Logins implements UserDetailsService {

    static final String OPERATOR = "operator";
    static final String VIEWER = "viewer";

    private static final Logger LOG = LoggerFactory.getLogger(Logins.class);
    private static final int SHORTEST = 12;
    private static final int RANDOM_BYTES = 18;

    private final Map<String, UserDetails> known = new LinkedHashMap<>();
    private final Map<String, String> madeUp = new LinkedHashMap<>();

    Logins(SecuritySettings settings, PasswordEncoder encoder) {
        add(OPERATOR, settings.operatorPassword(), encoder, Roles.OPERATOR, Roles.VIEWER);
        add(VIEWER, settings.viewerPassword(), encoder, Roles.VIEWER);
    }

    private void add(String name, String set, PasswordEncoder encoder, String... roles) {
        if (!set.isEmpty() && set.length() < SHORTEST) {
            throw new IllegalStateException("The password of " + name + " (orderway.security." + name
                    + "-password) must have at least " + SHORTEST + " characters");
        }
        String password = set.isEmpty() ? random() : set;
        if (set.isEmpty()) {
            madeUp.put(name, password);
        }
        known.put(
                name,
                User.withUsername(name)
                        .password(encoder.encode(password))
                        .roles(roles)
                        .build());
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A copy each time: what Spring Security is given it wipes. */
    @Override
    public UserDetails loadUserByUsername(String name) {
        UserDetails user = known.get(name);
        if (user == null) {
            throw new UsernameNotFoundException("There is no such login");
        }
        return User.withUserDetails(user).build();
    }

    @EventListener(ApplicationReadyEvent.class)
    void tellWhatWasMadeUp() {
        madeUp.forEach((name, password) -> LOG.info(
                "Log in as {} with the password {} (made up for this run; ORDERWAY_{}_PASSWORD sets one)",
                name,
                password,
                name.toUpperCase(Locale.ROOT)));
        madeUp.clear();
    }
}
