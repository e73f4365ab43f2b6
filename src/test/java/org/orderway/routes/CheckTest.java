package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

/** What a person is told of a mistake, before it goes live. */
class CheckTest extends RouteTest {

    private static final Whole RUNNING = RouteFiles.ofTheProject();
    private static final String INVENTORY = "routes-yaml/inventory.camel.yaml";
    private static final String PAYMENT = "routes-yaml/payment.camel.yaml";

    @Autowired
    private Check check;

    @Autowired
    private Lint lint;

    static List<BrokenEdit> brokenEdits() {
        return BrokenEdit.all();
    }

    static List<Map.Entry<String, String>> deletions() {
        return List.copyOf(BrokenEdit.deletions().entrySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenEdits")
    void tellsEachMistakeWithItsPlaceAndWhatWasMeant(BrokenEdit edit) {
        String path = "routes-yaml/" + edit.path();
        String text = edit.apply(RUNNING.files().get(path).text());

        Check.Verdict verdict = judge(RouteFiles.with(RUNNING, path, text));

        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused()).containsOnlyKeys(path);
        List<Finding> findings = verdict.refused().get(path);
        assertThat(findings)
                .as("%s", findings)
                .anySatisfy(finding -> {
                    assertThat(finding.rule()).isEqualTo(edit.rule());
                    assertThat(finding.inWords()).contains(edit.told());
                })
                .allSatisfy(finding -> {
                    assertThat(finding.line()).isBetween(1, (int) text.lines().count());
                    assertThat(finding.inWords()).startsWith(path + ":" + finding.line());
                    assertThat(finding.text()).isNotBlank();
                });
        assertThat(verdict.whole().files().get(path).text())
                .isEqualTo(RUNNING.files().get(path).text());
    }

    @Test
    void thePlaceIsExact() {
        String text = RUNNING.files().get(INVENTORY).text().replaceFirst("ref: inventory\n", "ref: inventry\n");
        List<String> lines = text.lines().toList();
        int line = lines.indexOf("            ref: inventry") + 1;

        List<Finding> findings =
                judge(RouteFiles.with(RUNNING, INVENTORY, text)).refused().get(INVENTORY);

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.line()).isEqualTo(line);
            assertThat(finding.column()).isEqualTo(18);
            assertThat(finding.text()).isEqualTo("inventry");
            assertThat(finding.nearest()).isEqualTo("inventory");
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deletions")
    void doesNotLetAFileGoThatOthersNeed(Map.Entry<String, String> deletion) {
        String path = "routes-yaml/" + deletion.getKey();

        Check.Verdict verdict = judge(RouteFiles.without(RUNNING, path));

        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused()).containsOnlyKeys(path);
        assertThat(verdict.refused().get(path))
                .anySatisfy(finding -> assertThat(finding.inWords()).contains(deletion.getValue()));
        assertThat(verdict.whole().files()).containsKey(path);
    }

    @Test
    void oneBrokenFileBlocksNoOther() {
        Whole saved = RouteFiles.with(
                RouteFiles.with(RUNNING, INVENTORY, "- route: ["),
                PAYMENT,
                RUNNING.files().get(PAYMENT).text().replace("Record the amount due", "Note the amount due"));

        Check.Verdict verdict = judge(saved);

        assertThat(verdict.refused()).containsOnlyKeys(INVENTORY);
        assertThat(verdict.accepted()).containsExactly(PAYMENT);
        assertThat(verdict.whole().files().get(PAYMENT).text()).contains("Note the amount due");
    }

    @Test
    void whatLeansOnABrokenFileWaitsForIt() {
        String newFile = "routes-yaml/new.camel.yaml";
        Whole saved = RouteFiles.with(
                RouteFiles.with(
                        RUNNING,
                        PAYMENT,
                        RUNNING.files().get(PAYMENT).text().replace("name: read-event", "name: look-twice")),
                newFile,
                "# New.\n- rout:\n    id: look-twice\n");

        Check.Verdict verdict = judge(saved);

        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused()).containsOnlyKeys(PAYMENT, newFile);
        assertThat(verdict.refused().get(PAYMENT).get(0).inWords())
                .contains("no route stands behind the door `direct:look-twice`");
    }

    @Test
    void aRuleIsWaivedWithAReason() {
        String without = RUNNING.files().get(INVENTORY).text().replace("    group: inventory\n", "");

        assertThat(judge(RouteFiles.with(RUNNING, INVENTORY, without)).refused())
                .containsKey(INVENTORY);
        assertThat(judge(RouteFiles.with(
                                RUNNING, INVENTORY, "# waive role: every instance has stock to reserve\n" + without))
                        .accepted())
                .containsExactly(INVENTORY);
    }

    @Test
    void everyRuleSaysWhatItIsFor() {
        assertThat(lint.rules()).hasSizeGreaterThan(10).allSatisfy(rule -> {
            assertThat(rule.name()).matches("[a-z-]+");
            assertThat(rule.reason()).isNotBlank();
        });
        assertThat(lint.rules().stream().map(LintRule::name)).doesNotHaveDuplicates();
    }

    private Check.Verdict judge(Whole saved) {
        return check.judge(RUNNING, saved, Set.of());
    }
}
