package org.orderway.security;

import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * What may be done at Jolokia, by which Hawtio does everything, and by whom. All may be looked at that tells nothing of a
 * message or a secret; a viewer may have routes drawn besides, and an operator start and stop them. Nothing else, nobody.
 */
@Component
class JolokiaRoles implements Restrictor {

    private static final String CAMEL = "org.apache.camel";

    private static final Set<String> SHOWN = Set.of(CAMEL, "java.lang", "java.nio", "jolokia", "hawtio");

    /** The command line and the system properties may hold passwords. */
    private static final Set<String> SECRET = Set.of("InputArguments", "SystemProperties");

    private static final Set<RequestType> LOOKING =
            Set.of(RequestType.VERSION, RequestType.SEARCH, RequestType.LIST, RequestType.READ, RequestType.EXEC);

    /** What Hawtio draws its diagram, its counts and its source from: the routes as they are written, and numbers. */
    private static final Set<String> DRAWING = Set.of("dumpRoutesAsXml()", "dumpRoutesStatsAsXml");

    /** Hawtio's short form of Jolokia's list, and its question what it may show as allowed, which decides nothing. */
    private static final Set<String> ASKING =
            Set.of("list()", "canInvoke(java.lang.String)", "canInvoke(java.util.Map)");

    private static final Set<String> SWITCHING = Set.of("start()", "stop()", "suspend()", "resume()");

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return true;
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return has(Roles.VIEWER) && LOOKING.contains(type);
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName bean, String attribute) {
        return has(Roles.VIEWER) && !isObjectNameHidden(bean) && !SECRET.contains(attribute);
    }

    @Override
    public boolean isAttributeWriteAllowed(ObjectName bean, String attribute) {
        return false;
    }

    @Override
    public boolean isOperationAllowed(ObjectName bean, String operation) {
        if (bean.getDomain().equals("hawtio")) {
            return "security".equals(bean.getKeyProperty("type")) && ASKING.contains(operation) && has(Roles.VIEWER);
        }
        if (!bean.getDomain().equals(CAMEL)) {
            return false;
        }
        String type = String.valueOf(bean.getKeyProperty("type"));
        boolean draws = Set.of("context", "routes").contains(type) && DRAWING.contains(operation);
        boolean switches = type.equals("routes") && SWITCHING.contains(operation);
        return draws && has(Roles.VIEWER) || switches && has(Roles.OPERATOR);
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hosts) {
        return true;
    }

    /** No page of another origin may read what is here. */
    @Override
    public boolean isOriginAllowed(String origin, boolean onlyWhenStrict) {
        return onlyWhenStrict;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName bean) {
        return !SHOWN.contains(bean.getDomain());
    }

    private static boolean has(String role) {
        Authentication who = SecurityContextHolder.getContext().getAuthentication();
        return who != null
                && who.getAuthorities().stream()
                        .anyMatch(granted -> granted.getAuthority().equals("ROLE_" + role));
    }
}
