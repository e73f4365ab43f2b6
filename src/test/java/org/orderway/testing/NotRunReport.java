package org.orderway.testing;

import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end of a run what was not run for want of something on this machine, so that a green {@code mvn verify} does not
 * pass for more than it is. Counts the skips whose reason begins with {@code need}.
 */
public class NotRunReport implements TestExecutionListener {

    private final Map<String, Long> notRun = new TreeMap<>();
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
    }

    @Override
    public void executionSkipped(TestIdentifier skipped, String reason) {
        if (reason != null && reason.startsWith("need ")) {
            notRun.merge(reason, testsIn(skipped), Long::sum);
        }
    }

    // A parameterized test counts as one: how many it makes is known only when it runs.
    private long testsIn(TestIdentifier skipped) {
        if (skipped.isTest()) {
            return 1;
        }
        long inside =
                plan.getChildren(skipped).stream().mapToLong(this::testsIn).sum();
        return Math.max(1, inside);
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        notRun.forEach((reason, tests) -> System.out.printf(
                "Not run here: %d test%s that %s. Run ./verify%n", tests, tests == 1 ? "" : "s", reason));
    }
}
