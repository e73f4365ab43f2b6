package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.Shop;
import org.springframework.beans.factory.annotation.Autowired;

/** What can be done by Hawtio, and by whoever speaks to Jolokia as Hawtio does. */
class ConsoleTest extends AtTheDoors {

    private static final String JOLOKIA = "/actuator/jolokia";
    private static final String ROUTE = "stub-listOrders";

    /** What draws: read by everybody who may look. */
    private static final Set<String> DRAWING = Set.of("dumpRoutesAsXml()", "dumpRoutesStatsAsXml");

    /** What Hawtio needs to show its tree. */
    private static final Set<String> ASKING =
            Set.of("list()", "canInvoke(java.lang.String)", "canInvoke(java.util.Map)");

    private static final Set<String> SWITCHING = Set.of("start()", "stop()", "suspend()", "resume()");

    @Autowired
    private CamelContext camel;

    // --- nobody

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/jolokia",
                "/actuator/jolokia/",
                "/actuator/jolokia/version",
                "/actuator/jolokia/list",
                "/actuator/jolokia/read/java.lang:type=Memory",
                "/actuator//jolokia/version",
                "//actuator/jolokia/version",
                "/actuator/./jolokia/version",
                "/actuator/health/../jolokia/version",
                "/actuator/health/%2e%2e/jolokia/version",
                "/actuator/health/..;/jolokia/version",
                "/actuator/%6aolokia/version",
                "/actuator/jolokia;x=y/version",
                "/actuator/jolokia%2Fversion",
                "/actuator/jolokia/version%00",
                "/ACTUATOR/JOLOKIA/version",
                "/login/../actuator/jolokia/version",
                "/assets/../actuator/jolokia/version",
                "/actuator/hawtio",
                "/actuator/hawtio/",
                "/actuator/hawtio/jolokia",
                "/actuator/hawtio/jolokia/version",
                "/actuator/hawtio/index.html",
                "/actuator/hawtio/auth/login",
                "/actuator/hawtio/user",
                "/actuator/hawtio/proxy/http/127.0.0.1/80/",
                "/actuator/hawtio/camel/routes",
                "/jolokia/version",
                "/hawtio/jolokia/version",
                "/hawtio/",
            })
    void nobodyReachesTheConsoleByAnyPathWithoutALogin(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            String answer = raw(method, path, "{\"type\": \"version\"}");

            assertThat(answer).as(method + " " + path).matches("(?s)HTTP/1.1 (400|401|403|404) .*");
            assertThat(answer).doesNotContain("\"agent\"", "\"protocol\"", "hawtio.js", "<div id=\"root\">");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/hawtio/proxy/http/127.0.0.1/15672/", "/actuator/hawtio/proxy/"})
    void theConsolesProxyIsClosedToOperatorsToo(String path) throws Exception {
        problem(send("GET", path, null, "Authorization", Shop.OPERATOR), 403);
        problem(send("POST", path, "{}", "Authorization", Shop.OPERATOR), 403);
    }

    @Test
    void aShopsKeyOpensNoConsole() throws Exception {
        problem(send("POST", JOLOKIA, "{\"type\": \"version\"}", "X-API-Key", KEY), 403);
        problem(send("GET", "/actuator/hawtio/", null, "X-API-Key", KEY), 403);
    }

    // --- who looks

    @Test
    void aViewerSeesRoutesTheirCountsAndHowTheyAreWritten() throws Exception {
        assertThat(ask(Shop.VIEWER, read(route(), "ExchangesTotal"))
                        .path("value")
                        .isNumber())
                .isTrue();
        assertThat(ask(
                                Shop.VIEWER,
                                json.createObjectNode()
                                        .put("type", "search")
                                        .put("mbean", "org.apache.camel:type=routes,*"))
                        .path("value")
                        .size())
                .isGreaterThan(50);
        assertThat(ask(Shop.VIEWER, exec(context(), "dumpRoutesAsXml()"))
                        .path("value")
                        .asText())
                .contains("<route", ROUTE);
        assertThat(ask(Shop.VIEWER, exec(context(), "dumpRoutesStatsAsXml", true, true))
                        .path("value")
                        .asText())
                .contains("exchangesTotal");
        assertThat(send("GET", "/actuator/hawtio/index.html", null, "Authorization", Shop.VIEWER)
                        .body())
                .contains("<div id=\"root\">");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start()", "stop()", "stop", "suspend()", "resume()", "restart()", "remove()"})
    void aViewerCannotSwitchARoute(String operation) throws Exception {
        refused(ask(Shop.VIEWER, exec(route(), operation)));
        refusedByPath(Shop.VIEWER, operation.replace("()", ""));

        assertThat(camel.getRouteController().getRouteStatus(ROUTE)).isEqualTo(ServiceStatus.Started);
    }

    /** Whatever beans there are: what is not listed as allowed is tried. */
    @Test
    void everyOtherOperationIsRefusedToAViewerAndToAnOperator() throws Exception {
        ArrayNode all = json.createArrayNode();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName bean : oneOfEachKind(server)) {
            MBeanInfo info = server.getMBeanInfo(bean);
            for (MBeanOperationInfo operation : info.getOperations()) {
                for (String spelling : spellings(operation)) {
                    if (!mayBeAllowed(bean, spelling)) {
                        all.add(exec(bean, spelling));
                    }
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(500);
        assertThat(all.findValuesAsText("operation")).contains("gc", "stop()");

        for (String login : List.of(Shop.VIEWER, Shop.OPERATOR)) {
            JsonNode answers = json.readTree(send("POST", JOLOKIA, all.toString(), "Authorization", login)
                    .body());
            assertThat(answers).hasSameSizeAs(all);
            Set<String> let = new TreeSet<>();
            for (int i = 0; i < answers.size(); i++) {
                if (answers.get(i).path("status").asInt() != 403) {
                    let.add(all.get(i) + " " + answers.get(i).path("status"));
                }
            }
            assertThat(let).as("let through").isEmpty();
        }
    }

    @Test
    void whatMayHoldASecretIsNotRead() throws Exception {
        for (String bean : List.of("java.lang:type=Runtime", "java.lang:*", "*:type=Runtime", "*:*")) {
            for (String attribute : List.of("SystemProperties", "InputArguments")) {
                ObjectNode read = json.createObjectNode()
                        .put("type", "read")
                        .put("mbean", bean)
                        .put("attribute", attribute);
                assertThat(ask(Shop.VIEWER, read).toString()).doesNotContain("java.class.path", "-Xmx");
            }
            ObjectNode whole = json.createObjectNode().put("type", "read").put("mbean", bean);
            assertThat(ask(Shop.VIEWER, whole).toString()).doesNotContain("java.class.path", "-Xmx");
        }
    }

    @Test
    void nothingIsWrittenEvenByAnOperator() throws Exception {
        refused(ask(
                Shop.OPERATOR,
                json.createObjectNode()
                        .put("type", "write")
                        .put("mbean", "java.lang:type=Memory")
                        .put("attribute", "Verbose")
                        .put("value", true)));

        assertThat(ManagementFactory.getMemoryMXBean().isVerbose()).isFalse();
    }

    @Test
    void nobodyHasNotificationsSent() throws Exception {
        ObjectNode notification = json.createObjectNode().put("type", "notification");
        String client = ask(Shop.OPERATOR, notification.deepCopy().put("command", "register"))
                .at("/value/id")
                .asText("none");

        JsonNode answer = ask(
                Shop.OPERATOR,
                notification
                        .put("command", "add")
                        .put("client", client)
                        .put("mode", "pull")
                        .put("mbean", "java.lang:type=Memory"));

        assertThat(answer.path("status").asInt()).as("%s", answer).isNotEqualTo(200);
        assertThat(answer.has("value")).isFalse();
    }

    @Test
    void noOtherMachineIsAskedForAnybody() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            elsewhere.setSoTimeout(1);
            String url = "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + elsewhere.getLocalPort() + "/jmxrmi";
            ObjectNode read = json.createObjectNode().put("type", "read").put("mbean", "java.lang:type=Memory");
            read.putObject("target").put("url", url);

            send("POST", JOLOKIA, read.toString(), "Authorization", Shop.OPERATOR);

            assertThatThrownBy(elsewhere::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    // --- who acts

    @Test
    void anOperatorStopsAndStartsARoute() throws Exception {
        assertThat(ask(Shop.OPERATOR, exec(route(), "stop()")).path("status").asInt())
                .isEqualTo(200);
        assertThat(camel.getRouteController().getRouteStatus(ROUTE)).isEqualTo(ServiceStatus.Stopped);

        assertThat(ask(Shop.OPERATOR, exec(route(), "start()")).path("status").asInt())
                .isEqualTo(200);
        assertThat(camel.getRouteController().getRouteStatus(ROUTE)).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void aBrowserNeedsTheTokenOfThePageHereToo() throws Exception {
        problem(
                send(
                        "POST",
                        JOLOKIA,
                        exec(route(), "stop()").toString(),
                        "Authorization",
                        Shop.OPERATOR,
                        "Origin",
                        "https://evil.example"),
                403);
        assertThat(camel.getRouteController().getRouteStatus(ROUTE)).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void noPageOfAnotherOriginMayReadIt() throws Exception {
        assertThat(send(
                                "GET",
                                JOLOKIA + "/version",
                                null,
                                "Authorization",
                                Shop.VIEWER,
                                "Origin",
                                "https://evil.example")
                        .headers()
                        .firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    // ---

    private static boolean mayBeAllowed(ObjectName bean, String operation) {
        String type = String.valueOf(bean.getKeyProperty("type"));
        boolean lists = bean.getDomain().equals("hawtio") && type.equals("security") && ASKING.contains(operation);
        boolean draws = Set.of("context", "routes").contains(type) && DRAWING.contains(operation);
        boolean switches = type.equals("routes") && SWITCHING.contains(operation);
        return lists || bean.getDomain().equals("org.apache.camel") && (draws || switches);
    }

    /** With and without its signature, as Jolokia takes it. */
    private static List<String> spellings(MBeanOperationInfo operation) {
        String types = Arrays.stream(operation.getSignature())
                .map(MBeanParameterInfo::getType)
                .collect(Collectors.joining(","));
        return List.of(operation.getName(), operation.getName() + "(" + types + ")");
    }

    private static List<ObjectName> oneOfEachKind(MBeanServer server) {
        Map<String, ObjectName> kinds = new LinkedHashMap<>();
        server.queryNames(null, null)
                .forEach(name -> kinds.putIfAbsent(name.getDomain() + " " + name.getKeyProperty("type"), name));
        return List.copyOf(kinds.values());
    }

    private ObjectName context() throws Exception {
        return named("org.apache.camel:type=context,*");
    }

    private ObjectName route() throws Exception {
        return named("org.apache.camel:type=routes,name=\"" + ROUTE + "\",*");
    }

    /** There may be contexts of other tests in this JVM: the one of this name. */
    private ObjectName named(String pattern) throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName(pattern), null).stream()
                .filter(name -> name.getKeyProperty("context")
                        .equals(camel.getManagementName() == null ? camel.getName() : camel.getManagementName()))
                .findFirst()
                .orElseThrow();
    }

    private ObjectNode read(ObjectName bean, String attribute) {
        return json.createObjectNode()
                .put("type", "read")
                .put("mbean", bean.toString())
                .put("attribute", attribute);
    }

    private ObjectNode exec(ObjectName bean, String operation, Object... arguments) {
        ObjectNode exec = json.createObjectNode()
                .put("type", "exec")
                .put("mbean", bean.toString())
                .put("operation", operation);
        exec.set("arguments", json.valueToTree(arguments));
        return exec;
    }

    private JsonNode ask(String login, ObjectNode request) throws Exception {
        HttpResponse<String> answer = send("POST", JOLOKIA, request.toString(), "Authorization", login);
        JsonNode direct = json.readTree(answer.body());
        JsonNode throughHawtio = json.readTree(
                request.path("type").asText().equals("exec")
                        ? answer.body()
                        : send("POST", "/actuator/hawtio/jolokia", request.toString(), "Authorization", login)
                                .body());
        assertThat(throughHawtio.path("status")).isEqualTo(direct.path("status"));
        return direct;
    }

    private void refused(JsonNode answer) {
        assertThat(answer.path("status").asInt()).as("%s", answer).isEqualTo(403);
        assertThat(answer.has("stacktrace")).isFalse();
    }

    private void refusedByPath(String login, String operation) throws Exception {
        String path = "/exec/" + route().toString().replace("\"", "%22").replace("!", "!!") + "/" + operation;
        for (String base : List.of(JOLOKIA, "/actuator/hawtio/jolokia")) {
            HttpResponse<String> answer = send("GET", base + path, null, "Authorization", login);
            assertThat(
                            answer.statusCode() == 200
                                    ? json.readTree(answer.body())
                                            .path("status")
                                            .asInt()
                                    : answer.statusCode())
                    .as(answer.body())
                    .isBetween(400, 499);
        }
    }
}
