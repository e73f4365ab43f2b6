package org.orderway.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.FoundTopology.FoundQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueInformation;
import org.springframework.amqp.rabbit.connection.RabbitUtils;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Gives a queue the arguments of the saved table while messages come and go. A queue keeps its arguments for life, so another
 * takes its bindings over, the old one is worked off and deleted, the new one is declared in its place, and what came meanwhile
 * is moved there. A message may come twice, as after a lost connection, and out of its order; none is lost.
 *
 * <p>Each step goes by what is on the broker and not by what was done before: whoever begins again after a crash carries on.
 */
@Component("migration")
public class Migration {

    /** Ends the names of the queue that holds what comes meanwhile, and of the exchange that brings it back. */
    static final String MOVING = "_moving";

    private static final Logger log = LoggerFactory.getLogger(Migration.class);

    /** The holding queue must be empty at so many looks in a row: what was under way to it has come by then. */
    private static final int EMPTY_LOOKS = 3;

    private final SavedTopology saved;
    private final Declarables declared;
    private final AmqpAdmin admin;
    private final RabbitTemplate rabbit;
    private final QueueFigures.Settings management;
    private final Settings settings;
    private final Clock clock;

    private Queue wanted;
    private List<Binding> wantedBindings = List.of();
    private boolean givingUp;
    private Instant emptySince;
    private int emptyLooks;
    private State state = new State(null, Phase.NONE, "no migration was asked for", null);

    Migration(
            SavedTopology saved,
            Declarables declared,
            AmqpAdmin admin,
            RabbitTemplate rabbit,
            QueueFigures.Settings management,
            Settings settings,
            Clock clock) {
        this.saved = saved;
        this.declared = declared;
        this.admin = admin;
        this.rabbit = rabbit;
        this.management = management;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Limits of a migration.
     *
     * @param quiet          how long the old queue must count as empty before it is deleted
     * @param patience       how long it may take to be worked off before all is put back as it was
     * @param batch          messages that are moved at a time
     * @param confirmTimeout how long the broker may take to confirm them
     */
    @ConfigurationProperties("orderway.broker.migration")
    record Settings(Duration quiet, Duration patience, int batch, Duration confirmTimeout) {}

    /** How far a migration is. */
    public enum Phase {
        NONE,
        /** Nothing was done. */
        REFUSED,
        MOVING,
        DONE,
        /** The queue is as it was before. */
        GIVEN_UP
    }

    /** A migration. @param since when it came into its phase; null when there was none */
    public record State(String queue, Phase phase, String says, Instant since) {}

    /** The latest migration that this instance was asked for. */
    public synchronized State tell() {
        return state;
    }

    /** Whether there is something to do. */
    public synchronized boolean isUnderWay() {
        return state.phase() == Phase.MOVING;
    }

    /** Begins to give a queue the arguments it has in the table as saved, or carries on after a crash; one queue at a time. */
    public synchronized State begin(JsonNode request) {
        String queue = request.path("queue").asText();
        if (management.url().isBlank()) {
            return refused(queue, "it needs RabbitMQ's management API (orderway.management.url)");
        }
        if (isUnderWay()) {
            return refused(queue, state.queue() + " is being migrated");
        }
        Declarables table;
        try {
            table = Declarations.of(saved.read());
        } catch (InvalidTopology mistakes) {
            return refused(queue, "the table as saved has mistakes: " + String.join("; ", mistakes.mistakes()));
        }
        List<Queue> queues = table.getDeclarablesByType(Queue.class);
        Optional<Queue> found =
                queues.stream().filter(one -> one.getName().equals(queue)).findFirst();
        if (found.isEmpty()) {
            List<String> names = queues.stream().map(Queue::getName).toList();
            return refused(queue, "the table has no such queue" + TopologyCheck.didYouMean(queue, names));
        }
        wanted = found.get();
        wantedBindings = table.getDeclarablesByType(Binding.class).stream()
                .filter(binding -> binding.getDestination().equals(queue))
                .toList();
        givingUp = false;
        emptySince = null;
        emptyLooks = 0;
        into(Phase.MOVING, "looks at what there is");
        return state;
    }

    private State refused(String queue, String why) {
        return new State(queue, Phase.REFUSED, why, clock.instant());
    }

    /** Does what comes next. @param found what is on the broker; null when it does not tell */
    public synchronized void step(FoundTopology found) {
        if (!isUnderWay()) {
            return;
        }
        if (found == null) {
            say("the broker's management API does not answer");
            return;
        }
        String name = wanted.getName();
        FoundQueue queue = found.queue(name);
        FoundQueue holding = found.queue(holding());
        List<Bound> bound = bindingsOf(found, name);
        boolean asWanted =
                queue != null && FoundTopology.plain(wanted.getArguments()).equals(queue.arguments());
        if (holding == null && asWanted) {
            into(Phase.DONE, "it has the arguments of the table");
        } else if (holding == null && queue == null) {
            into(Phase.DONE, "it is not there: a start makes it with the arguments of the table");
        } else if (asWanted || givingUp && queue != null) {
            refill(bindingsOf(found, holding()), holding != null);
        } else if (holding == null || !bound.isEmpty()) {
            turnAside(bound);
        } else if (queue == null || isWorkedOff(queue)) {
            replace(queue);
        } else if (state.since().plus(settings.patience()).isBefore(clock.instant())) {
            givingUp = true;
            say("it was not worked off within " + settings.patience().toSeconds() + " s: all is put back");
        }
    }

    private static List<Bound> bindingsOf(FoundTopology found, String queue) {
        return found.bindings().stream()
                .filter(bound -> bound.queue().equals(queue))
                .toList();
    }

    private String holding() {
        return wanted.getName() + MOVING;
    }

    /** From now on messages come into the holding queue: it is bound first, so that some come into both, and none into neither. */
    private void turnAside(List<Bound> bound) {
        boolean quorum = "quorum".equals(wanted.getArguments().get("x-queue-type"));
        admin.declareQueue(Declarations.restingQueue(holding(), quorum ? QueueType.QUORUM : QueueType.CLASSIC));
        Set<Bound> all = new LinkedHashSet<>(bound);
        wantedBindings.forEach(binding -> all.add(bound(binding)));
        all.stream().filter(this::isNotTheWayBack).forEach(one -> admin.declareBinding(binding(one, holding())));
        bound.forEach(one -> admin.removeBinding(binding(one, wanted.getName())));
        emptySince = null;
        say("new messages wait in " + holding() + " until the old queue is worked off");
    }

    /**
     * Nothing is bound to the queue any more, so that it stays empty once it is. What is in work is counted every few seconds:
     * it must be zero for longer than that.
     */
    private boolean isWorkedOff(FoundQueue queue) {
        QueueInformation now = admin.getQueueInfo(queue.name());
        boolean empty = queue.messages() != null && queue.messages() == 0 && now != null && now.getMessageCount() == 0;
        if (!empty) {
            emptySince = null;
            say("waits until the old queue is worked off: " + (queue.messages() == null ? "?" : queue.messages())
                    + " messages ready or in work");
            return false;
        }
        if (emptySince == null) {
            emptySince = clock.instant();
        }
        return !emptySince.plus(settings.quiet()).isAfter(clock.instant());
    }

    private void replace(FoundQueue old) {
        if (old != null) {
            admin.deleteQueue(old.name());
        }
        admin.declareQueue(wanted);
        // What this instance declares at its next connection must not be refused.
        declared.getDeclarablesByType(Queue.class).stream()
                .filter(queue -> queue.getName().equals(wanted.getName()))
                .forEach(queue -> {
                    List.copyOf(queue.getArguments().keySet()).forEach(queue::removeArgument);
                    wanted.getArguments().forEach(queue::addArgument);
                });
        say("the new queue is there; what waited comes into it");
    }

    /** Bound as it was, the queue gets what is published from now on, and then what waited. */
    private void refill(List<Bound> held, boolean isHolding) {
        if (!isHolding) {
            finish();
            return;
        }
        admin.declareExchange(
                new FanoutExchange(holding(), true, false, Map.of("alternate-exchange", Topology.UNROUTABLE)));
        admin.declareBinding(new Binding(wanted.getName(), DestinationType.QUEUE, holding(), "", Map.of()));
        Set<Bound> all = new LinkedHashSet<>(held);
        wantedBindings.forEach(binding -> all.add(bound(binding)));
        all.forEach(one -> admin.declareBinding(binding(one, wanted.getName())));
        held.forEach(one -> admin.removeBinding(binding(one, holding())));
        int moved = rabbit.execute(this::move);
        emptyLooks = moved == 0 && held.isEmpty() ? emptyLooks + 1 : 0;
        if (emptyLooks >= EMPTY_LOOKS) {
            admin.deleteQueue(holding());
            admin.deleteExchange(holding());
            finish();
        }
    }

    private void finish() {
        if (givingUp) {
            into(Phase.GIVEN_UP, "the old queue was not worked off in time; it is as it was");
        } else {
            into(Phase.DONE, "it has the arguments of the table");
        }
    }

    /**
     * A message keeps its key and all that is written on it, and is taken from the holding queue once the other has it. What was
     * not settled goes back with its channel.
     */
    private int move(Channel channel) throws Exception {
        channel.confirmSelect();
        boolean settled = false;
        try {
            int moved = 0;
            GetResponse last = null;
            for (GetResponse one = channel.basicGet(holding(), false);
                    one != null;
                    one = moved < settings.batch() ? channel.basicGet(holding(), false) : null) {
                channel.basicPublish(holding(), one.getEnvelope().getRoutingKey(), one.getProps(), one.getBody());
                last = one;
                moved++;
            }
            if (last != null) {
                settled = channel.waitForConfirms(settings.confirmTimeout().toMillis());
                if (settled) {
                    channel.basicAck(last.getEnvelope().getDeliveryTag(), true);
                } else {
                    say("the new queue does not take what waits; it is tried again");
                }
            } else {
                settled = true;
            }
            return moved;
        } finally {
            if (!settled) {
                RabbitUtils.setPhysicalCloseRequired(channel, true);
            }
        }
    }

    private boolean isNotTheWayBack(Bound bound) {
        return !bound.exchange().equals(holding());
    }

    private static Bound bound(Binding binding) {
        return new Bound(
                binding.getExchange(), binding.getDestination(), binding.getRoutingKey(), binding.getArguments());
    }

    private static Binding binding(Bound bound, String queue) {
        return new Binding(
                queue, DestinationType.QUEUE, bound.exchange(), bound.key(), new HashMap<>(bound.arguments()));
    }

    private void say(String what) {
        state = new State(state.queue(), state.phase(), what, state.since());
    }

    private void into(Phase phase, String what) {
        state = new State(wanted.getName(), phase, what, clock.instant());
        log.info("The migration of {}: {}", state.queue(), what);
    }
}
