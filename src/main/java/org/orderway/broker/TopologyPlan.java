package org.orderway.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.orderway.broker.TopologyComparison.Part;
import org.springframework.stereotype.Component;

/**
 * What the next start would do to the broker: the table as it is saved now, held against what is there. The table this
 * instance runs with is held against it, too, to see what somebody changed on the broker.
 */
@Component("topologyPlan")
public class TopologyPlan {

    private final SavedTopology saved;
    private final Topology running;

    TopologyPlan(SavedTopology saved, Topology running) {
        this.saved = saved;
        this.running = running;
    }

    /**
     * The plan.
     *
     * @param compared whether the broker told what it has
     * @param says     all of it in sentences
     * @param mistakes of the saved table; with any there is no start
     * @param create   exchanges and queues that would be made, with their bindings
     * @param change   queues that would get further bindings
     * @param refused  what RabbitMQ would refuse with 406, with what differs
     * @param beyond   what is bound beyond the table, and would stay so
     * @param same     exchanges, queues and bindings that would be left as they are
     */
    public record View(
            boolean compared,
            List<String> says,
            List<String> mistakes,
            List<Entry> create,
            List<Entry> change,
            List<Entry> refused,
            List<Entry> beyond,
            int same) {

        static View of(String sentence, List<String> mistakes) {
            return new View(false, List.of(sentence), mistakes, List.of(), List.of(), List.of(), List.of(), 0);
        }
    }

    /** An exchange or a queue. @param kind which of the two */
    public record Entry(String kind, String name, List<String> details) {

        static List<Entry> of(List<Part> parts) {
            return parts.stream()
                    .map(part -> new Entry(part.kind(), part.name(), part.details()))
                    .toList();
        }
    }

    /**
     * Plans.
     *
     * @param found   what is on the broker; null when it did not tell
     * @param silence why it did not; null when there is nobody to ask
     */
    public View plan(FoundTopology found, String silence) {
        if (found == null && silence == null) {
            return View.of(
                    "This broker has no management API to ask (orderway.management.url), so nothing was compared."
                            + " Everything in the table is declared at each new connection.",
                    List.of());
        }
        if (found == null) {
            return View.of("The broker's management API does not answer: " + silence, List.of());
        }
        try {
            return plan(new TopologyComparison(Declarations.of(saved.read()), found), found);
        } catch (InvalidTopology invalid) {
            return View.of("The table as saved has mistakes: Orderway would not start", invalid.mistakes());
        }
    }

    private static View plan(TopologyComparison compared, FoundTopology found) {
        List<String> says = new ArrayList<>();
        tell(says, compared.created(), "would be made");
        tell(says, compared.changed(), "would get further bindings");
        tell(
                says,
                compared.refused(),
                "stay as they are: RabbitMQ would refuse with 406 to declare them as the table says"
                        + " (a queue can be migrated: POST /ops/topology/migrate)");
        if (says.isEmpty()) {
            says.add("Nothing would change: all of the table is there");
        }
        tell(says, compared.beyond(), "have bindings that are not in the table, and would keep them");
        if (found.queues().stream().anyMatch(queue -> queue.arguments() == null)) {
            says.add("This broker does not tell what its queues were declared with, so only what is there and what is"
                    + " bound was compared. It refuses no other arguments, and goes by the first.");
        }
        return new View(
                true,
                says,
                List.of(),
                Entry.of(compared.created()),
                Entry.of(compared.changed()),
                Entry.of(compared.refused()),
                Entry.of(compared.beyond()),
                compared.same());
    }

    private static void tell(List<String> says, List<Part> parts, String what) {
        if (!parts.isEmpty()) {
            says.add(parts.size() + " " + what + ": "
                    + String.join(", ", parts.stream().map(Part::name).toList()));
        }
    }

    /** What is not as in the table of this instance, each thing with what is wrong; null when nobody could be asked. */
    public Map<String, String> drift(FoundTopology found) {
        return found == null ? null : new TopologyComparison(Declarations.of(running), found).drift();
    }
}
