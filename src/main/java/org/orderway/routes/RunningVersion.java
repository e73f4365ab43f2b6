package org.orderway.routes;

import org.orderway.messages.FlowVersion;
import org.springframework.stereotype.Component;

/** The version of the routes that is at work, for everybody who wants to note it. */
@Component
class RunningVersion implements FlowVersion {

    private static final int LETTERS = 12;

    private volatile String current;

    @Override
    public String current() {
        return current;
    }

    void set(String version) {
        current = version;
    }

    /** The same files with the same texts have the same version, on every instance. */
    static String of(Whole whole) {
        StringBuilder all = new StringBuilder();
        whole.files().values().stream()
                .map(file -> file.path() + " " + file.hash() + "\n")
                .sorted()
                .forEach(all::append);
        return RouteFile.hash(all.toString()).substring(0, LETTERS);
    }
}
