package org.orderway.desk;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.routes.Finding;
import org.orderway.routes.RoleSwitch;
import org.orderway.routes.RouteGate;
import org.orderway.routes.Shadow;

/** The page of the files of routes: what is at work, what is refused and why, what was before, and the way back. */
class RoutePagesTest extends PageTest {

    private static final String FILE = "routes-yaml/inventory.camel.yaml";
    private static final String NOW_AT_WORK = "aaaaaaaaaaaa";
    private static final String BEFORE = "bbbbbbbbbbbb";

    @BeforeEach
    void twoVersions() {
        when(routeGate.report()).thenReturn(report(List.of()));
        when(routeHistory.list(any()))
                .thenReturn(Map.of("changes", List.of(change(NOW_AT_WORK, "edit"), change(BEFORE, "start"))));
        when(roleSwitch.report())
                .thenReturn(new RoleSwitch.Report(
                        "4711@leeds",
                        List.of(
                                new RoleSwitch.Role("audit", false, null, List.of()),
                                new RoleSwitch.Role("payment", true, null, List.of()),
                                new RoleSwitch.Role(
                                        "shipping",
                                        false,
                                        new RoleSwitch.Switched(
                                                "Ada",
                                                "the <carrier> moves",
                                                NOW.minusSeconds(45).toString()),
                                        List.of()))));
    }

    @Test
    void tellsWhichVersionIsAtWorkAndWhatWasBefore() throws Exception {
        mvc.perform(get("/desk/routes"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString(NOW_AT_WORK)))
                .andExpect(content().string(containsString(BEFORE)))
                .andExpect(content().string(containsString("30 s ago")))
                .andExpect(content().string(containsString("+    description: Another")))
                .andExpect(content().string(not(containsString("not taken over"))));
    }

    @Test
    void tellsWhichRolesRestAndWhoLetThem() throws Exception {
        mvc.perform(get("/desk/routes").with(viewer()))
                .andExpect(content().string(containsString("At work: payment.")))
                .andExpect(content().string(containsString("<code>shipping</code> <span class=\"tag warn\">rests")))
                .andExpect(content().string(containsString("<b>Ada</b>: <span>the &lt;carrier&gt; moves</span>")))
                .andExpect(content().string(containsString("45 s ago")))
                .andExpect(content().string(containsString("<code>audit</code> <span class=\"tag warn\">rests")))
                .andExpect(content().string(containsString("Left out at the start")))
                .andExpect(content().string(not(containsString("Let it rest"))))
                .andExpect(content().string(not(containsString("Start it"))));
    }

    @Test
    void anOperatorLetsARoleRestAndStartsAnother() throws Exception {
        mvc.perform(get("/desk/routes").with(operator()))
                .andExpect(content().string(containsString("<option value=\"payment\">payment</option>")))
                .andExpect(content().string(not(containsString("<option value=\"shipping\""))))
                .andExpect(content().string(containsString("for=\"why-start-shipping\"")));
        mvc.perform(post("/desk/routes/roles/stop")
                        .param("role", "payment")
                        .param("reason", "the gateway moves")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/routes"))
                .andExpect(flash().attribute("told", "The role payment rests in this instance."));
        mvc.perform(post("/desk/routes/roles/start")
                        .param("role", "shipping")
                        .param("reason", "it has moved")
                        .with(operator()))
                .andExpect(flash().attribute("told", "The role shipping is at work in this instance."));

        verify(roleSwitch).stop("payment", json("{\"by\": \"olga\", \"reason\": \"the gateway moves\"}"));
        verify(roleSwitch).start("shipping", json("{\"by\": \"olga\", \"reason\": \"it has moved\"}"));
    }

    @Test
    void aViewerSwitchesNoRole() throws Exception {
        for (String door : List.of("/desk/routes/roles/stop", "/desk/routes/roles/start")) {
            mvc.perform(post(door)
                            .param("role", "payment")
                            .param("reason", "because")
                            .with(viewer()))
                    .andExpect(status().isForbidden());
        }
        verifyNoInteractions(roleSwitch);
    }

    @Test
    void tellsWhatIsRefusedWithItsPlaceAndTheNearestName() throws Exception {
        when(routeGate.report())
                .thenReturn(report(List.of(
                        new Finding(FILE, 32, 18, "bean", "inventry", "no bean <inventry>", null, "inventory"),
                        new Finding(FILE, 7, 0, "length", "", "too long", "less", null),
                        new Finding(FILE, 0, 0, "yaml", "", "no file of routes", null, null))));

        mvc.perform(get("/desk/routes/now"))
                .andExpect(content().string(containsString(FILE)))
                .andExpect(content().string(containsString("The running version stays")))
                .andExpect(content().string(containsString("Line 32, column 18</b>: <span>no bean &lt;inventry&gt;")))
                .andExpect(content().string(containsString("did you mean <code>inventory</code>?")))
                .andExpect(content().string(containsString("Line 7</b>: <span>too long</span> Expected: <span>less")))
                .andExpect(content().string(containsString("The file</b>: <span>no file of routes")))
                .andExpect(content().string(not(containsString("<html"))));
    }

    @Test
    void anOperatorBringsAnEarlierVersionBack() throws Exception {
        when(routeGate.rollback(any(), any()))
                .thenReturn(new RouteGate.Answer(true, BEFORE, BEFORE, "1 file applied.", List.of(), null));

        mvc.perform(get("/desk/routes").with(operator()))
                .andExpect(content().string(containsString("/desk/routes/versions/" + BEFORE + "/rollback")))
                .andExpect(content().string(not(containsString("/versions/" + NOW_AT_WORK + "/rollback"))));
        mvc.perform(post("/desk/routes/versions/" + BEFORE + "/rollback")
                        .param("reason", "it was better")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/routes"))
                .andExpect(flash().attribute("told", "1 file applied."));

        verify(routeGate).rollback(BEFORE, json("{\"by\": \"olga\", \"reason\": \"it was better\"}"));
    }

    @Test
    void anOperatorTakesOverWhatIsSaved() throws Exception {
        when(routeGate.apply(any()))
                .thenReturn(new RouteGate.Answer(true, BEFORE, BEFORE, "Nothing changed.", List.of(), null));

        mvc.perform(post("/desk/routes/apply").param("reason", "try again").with(operator()))
                .andExpect(redirectedUrl("/desk/routes"))
                .andExpect(flash().attribute("told", "Nothing changed."));

        verify(routeGate).apply(json("{\"by\": \"olga\", \"reason\": \"try again\"}"));
    }

    @Test
    void aViewerOnlyLooks() throws Exception {
        mvc.perform(get("/desk/routes").with(viewer()))
                .andExpect(content().string(not(containsString("Bring it back"))))
                .andExpect(content().string(not(containsString("Take over"))));
        clearInvocations(routeGate);
        for (String door : List.of("/desk/routes/apply", "/desk/routes/versions/" + BEFORE + "/rollback")) {
            mvc.perform(post(door).param("reason", "because").with(viewer())).andExpect(status().isForbidden());
        }
        verifyNoInteractions(routeGate);
    }

    @Test
    void anOperatorSeesWhatOrdersWouldDoOtherwiseAndConfirmsIt() throws Exception {
        RouteGate.Waiting waiting = new RouteGate.Waiting(
                "cccccccccccc",
                Set.of(FILE),
                new Shadow(500, 420, List.of("37 of 420 orders would skip `a`"), null, true));
        when(routeGate.report()).thenReturn(report(List.of(), waiting));
        when(routeGate.apply(any()))
                .thenReturn(
                        new RouteGate.Answer(true, "cccccccccccc", "cccccccccccc", "1 file applied.", List.of(), null));

        mvc.perform(get("/desk/routes").with(operator()))
                .andExpect(content().string(containsString("Version <code>cccccccccccc</code> waits to be confirmed")))
                .andExpect(content().string(containsString("37 of 420 orders would skip `a`")))
                .andExpect(content().string(containsString("420 of 500 orders looked at")))
                .andExpect(content().string(containsString("value=\"cccccccccccc\"")));
        mvc.perform(get("/desk/routes").with(viewer()))
                .andExpect(content().string(containsString("37 of 420 orders would skip `a`")))
                .andExpect(content().string(not(containsString("Confirm it"))));
        mvc.perform(post("/desk/routes/apply")
                        .param("reason", "that is meant")
                        .param("confirm", "cccccccccccc")
                        .with(operator()))
                .andExpect(flash().attribute("told", "1 file applied."));

        verify(routeGate)
                .apply(json("{\"by\": \"olga\", \"reason\": \"that is meant\", \"confirm\": \"cccccccccccc\"}"));
    }

    @Test
    void tellsWhatAChangeMadeOfRecordedOrders() throws Exception {
        Map<String, Object> change = new HashMap<>(change(BEFORE, "edit"));
        change.put("shadow", "Shadow run: 500 orders would go the same way");
        when(routeHistory.list(any())).thenReturn(Map.of("changes", List.of(change)));

        mvc.perform(get("/desk/routes"))
                .andExpect(content().string(containsString("Shadow run: 500 orders would go the same way")));
    }

    private static RouteGate.Report report(List<Finding> findings) {
        return report(findings, null);
    }

    private static RouteGate.Report report(List<Finding> findings, RouteGate.Waiting toConfirm) {
        String state = findings.isEmpty() ? "running" : "refused";
        return new RouteGate.Report(
                NOW_AT_WORK,
                NOW.minusSeconds(30).toString(),
                true,
                List.of(new RouteGate.FileState(FILE, state, findings)),
                toConfirm);
    }

    private static Map<String, Object> change(String version, String kind) {
        return Map.of(
                "version",
                version,
                "kind",
                kind,
                "by",
                "ada",
                "reason",
                "saved",
                "at",
                NOW.minusSeconds(30).toString(),
                "diff",
                "--- " + FILE + "\n+    description: Another\n");
    }
}
