package org.orderway.notices;

import java.util.Collection;

/** A notice to a department that has no address in the settings. */
public class UnknownDepartment extends RuntimeException {

    UnknownDepartment(Collection<String> known) {
        super("There is no such department; the departments are " + String.join(", ", known));
    }
}
