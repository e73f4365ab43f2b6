package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings the running routes from what one set of files says to what another says. Only routes whose definition, or whose error
 * configuration, is another are touched, one after the other. If one of them cannot be put in, all is put back.
 */
@Component
class Takeover {

    private static final Logger log = LoggerFactory.getLogger(Takeover.class);

    private final Swap swap;

    Takeover(Swap swap) {
        this.swap = swap;
    }

    /** One file's part could not be carried out; everything is as before. */
    static final class Failed extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Whole.Placed placed;

        Failed(Whole.Placed placed, Throwable cause) {
            super(cause);
            this.placed = placed;
        }

        Whole.Placed placed() {
            return placed;
        }

        /** Whether it may go well the next time. */
        boolean isForNow() {
            return getCause() instanceof Swap.Busy;
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    /** @return the ids of the routes that were put in, be they new or new versions */
    Set<String> carryOut(Whole before, Whole after) throws Failed {
        Deque<Action> undo = new ArrayDeque<>();
        try {
            return carryOut(before, after, undo);
        } catch (Failed failed) {
            putBack(undo);
            throw failed;
        }
    }

    private Set<String> carryOut(Whole before, Whole after, Deque<Action> undo) throws Failed {
        Map<String, Whole.Placed> oldRoutes = before.byId(Declared.ROUTE);
        Map<String, Whole.Placed> newRoutes = after.byId(Declared.ROUTE);
        Set<String> configurations = configurations(before, after, undo);
        Map<String, Whole.Placed> leaving = new LinkedHashMap<>(oldRoutes);
        leaving.keySet().removeAll(newRoutes.keySet());

        Set<String> touched = new TreeSet<>();
        for (Whole.Placed next : doorsFirst(newRoutes)) {
            String id = next.declared().id();
            Whole.Placed old = oldRoutes.get(id);
            if (old != null
                    && same(old, next)
                    && !configurations.contains(next.declared().configuration())) {
                continue;
            }
            // Whoever stood where the new one is to stand goes first.
            for (Whole.Placed inTheWay : List.copyOf(leaving.values())) {
                if (value(inTheWay).equals(value(next))) {
                    remove(inTheWay, undo);
                    leaving.remove(inTheWay.declared().id());
                }
            }
            put(next, old, undo);
            touched.add(id);
        }
        for (Whole.Placed old : leaving.values()) {
            remove(old, undo);
        }
        removeConfigurations(before, after, undo);
        return touched;
    }

    /** Where a route's messages come from, as a plain value. */
    private static JsonNode value(Whole.Placed route) {
        JsonNode from = route.declared().value().path("from").deepCopy();
        if (from instanceof ObjectNode object) {
            object.retain("uri", "parameters");
        }
        return from;
    }

    private void put(Whole.Placed next, Whole.Placed old, Deque<Action> undo) throws Failed {
        String id = next.declared().id();
        boolean[] rested = new boolean[1];
        step(next, () -> rested[0] = swap.remove(id));
        undo.push(() -> {
            swap.remove(id);
            if (old != null) {
                swap.add(old.file(), old.declared(), rested[0]);
            }
        });
        step(next, () -> swap.add(next.file(), next.declared(), rested[0]));
    }

    private void remove(Whole.Placed old, Deque<Action> undo) throws Failed {
        boolean[] rested = new boolean[1];
        step(old, () -> rested[0] = swap.remove(old.declared().id()));
        undo.push(() -> swap.add(old.file(), old.declared(), rested[0]));
    }

    /** Puts in the error configurations that are new or other. @return their ids */
    private Set<String> configurations(Whole before, Whole after, Deque<Action> undo) throws Failed {
        Map<String, Whole.Placed> old = before.byId(Declared.CONFIGURATION);
        Set<String> changed = new TreeSet<>();
        for (Whole.Placed next : after.byId(Declared.CONFIGURATION).values()) {
            String id = next.declared().id();
            Whole.Placed was = old.get(id);
            if (was == null || !same(was, next)) {
                undo.push(() -> {
                    swap.removeConfiguration(id);
                    if (was != null) {
                        swap.load(was.file(), was.declared());
                    }
                });
                step(next, () -> {
                    swap.removeConfiguration(id);
                    swap.load(next.file(), next.declared());
                });
                changed.add(id);
            }
        }
        return changed;
    }

    private void removeConfigurations(Whole before, Whole after, Deque<Action> undo) throws Failed {
        Map<String, Whole.Placed> leaving = before.byId(Declared.CONFIGURATION);
        leaving.keySet().removeAll(after.byId(Declared.CONFIGURATION).keySet());
        for (Whole.Placed old : leaving.values()) {
            step(old, () -> swap.removeConfiguration(old.declared().id()));
            undo.push(() -> swap.load(old.file(), old.declared()));
        }
    }

    private static void step(Whole.Placed placed, Action action) throws Failed {
        try {
            action.run();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Failed(placed, stopping);
        } catch (Exception refused) {
            throw new Failed(placed, refused);
        }
    }

    private static void putBack(Deque<Action> undo) {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (Exception lost) {
                log.error("A route could not be put back; start Orderway anew", lost);
            }
        }
    }

    private static boolean same(Whole.Placed a, Whole.Placed b) {
        return a.declared().value().equals(b.declared().value());
    }

    /** What others call is there before they call it. */
    private static List<Whole.Placed> doorsFirst(Map<String, Whole.Placed> routes) {
        List<Whole.Placed> ordered = new ArrayList<>(routes.values());
        ordered.sort(Comparator.comparing(placed -> placed.declared().scheme().equals("direct") ? 0 : 1));
        return ordered;
    }
}
