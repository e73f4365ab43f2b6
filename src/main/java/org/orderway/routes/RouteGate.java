package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.orderway.orders.Decision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * What changed in the files of routes goes live through here, or stays outside with the reason told. All of it happens on one
 * thread of its own, which no route has a hand in: a bad edit cannot break what takes it back.
 */
@Component("routeGate")
public class RouteGate implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(RouteGate.class);
    private static final String REFUSED = "refused";
    private static final String TO_CONFIRM = "to confirm";
    private static final String EDIT = "edit";
    private static final String STAYS = "The running version stays.";

    private final Folder folder;
    private final Check check;
    private final ShadowRun shadows;
    private final Takeover takeover;
    private final Probation probation;
    private final RouteHistory history;
    private final RunningVersion version;
    private final RouteSettings settings;
    private final Clock clock;
    private final ScheduledExecutorService hand = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "route-gate");
        thread.setDaemon(true);
        return thread;
    });

    private volatile Whole running;
    private volatile Instant since;

    /** What is saved and not live until a person confirms it; null when nothing waits. */
    private volatile Waiting waiting;

    /** What the shadow run between two versions showed: whoever confirms it has seen that. */
    private Shadow seen;

    private String seenBetween;

    /** What is wrong with files that are saved and not live. */
    private final Map<String, List<Finding>> refused = new ConcurrentHashMap<>();

    /** Texts that were live and failed: they do not come again before they are edited. */
    private final Map<String, String> failed = new ConcurrentHashMap<>();

    private final Deque<RouteHistory.Change> unrecorded = new ArrayDeque<>();
    private Map<String, String> marks = Map.of();
    private boolean isToLook = true;

    RouteGate(
            Folder folder,
            Check check,
            ShadowRun shadows,
            Takeover takeover,
            Probation probation,
            RouteHistory history,
            RunningVersion version,
            RouteSettings settings,
            Clock clock) {
        this.folder = folder;
        this.check = check;
        this.shadows = shadows;
        this.takeover = takeover;
        this.probation = probation;
        this.history = history;
        this.version = version;
        this.settings = settings;
        this.clock = clock;
        // Read before Camel does: what is saved in between counts as an edit and is looked at again.
        this.running = folder.read(new Whole(Map.of()));
        this.since = clock.instant();
        version.set(RunningVersion.of(running));
    }

    /**
     * What came of an edit.
     *
     * @param ok        whether nothing was refused and nothing waits to be confirmed
     * @param version   of the routes that are at work now
     * @param candidate the version that what may go live is, or would be, with the rest as it runs
     * @param says      in one sentence
     * @param files     those that are another than the running ones were
     * @param shadow    what became of recorded orders in a shadow run; null when there was none
     */
    public record Answer(
            boolean ok, String version, String candidate, String says, List<FileState> files, Shadow shadow) {}

    /** @param state running, applied, accepted, refused, to confirm */
    public record FileState(String file, String state, List<Finding> findings) {}

    /** @param version by which it is confirmed */
    public record Waiting(String version, Set<String> files, Shadow shadow) {}

    /** What is at work, and what is saved beside it and is not. @param toConfirm null when nothing waits for a person */
    public record Report(String version, String since, boolean watch, List<FileState> files, Waiting toConfirm) {}

    /** Begins to look at the files, if there are any. */
    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        if (running.files().isEmpty()) {
            return;
        }
        String reason = "Orderway started";
        hand.execute(() -> note(running, running, "start", new Decision("orderway", reason), Set.of(), null));
        long pause = settings.lookEvery().toMillis();
        hand.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
    }

    /** Which version is at work, file by file. */
    public Report report() {
        Whole now = running;
        List<FileState> files = new ArrayList<>();
        Set<String> paths = new TreeSet<>(now.files().keySet());
        paths.addAll(refused.keySet());
        Waiting toConfirm = waiting;
        if (toConfirm != null) {
            paths.addAll(toConfirm.files());
        }
        paths.forEach(path -> files.add(new FileState(
                path,
                refused.containsKey(path)
                        ? REFUSED
                        : toConfirm != null && toConfirm.files().contains(path) ? TO_CONFIRM : "running",
                refused.getOrDefault(path, List.of()))));
        return new Report(version.current(), since.toString(), settings.watch(), files, toConfirm);
    }

    /** Says what would come of taking over the files as they are saved now, and takes over nothing. */
    public Answer check() {
        return onTheHand(() -> {
            Check.Verdict verdict = check.judge(running, folder.read(running), Set.of());
            seenBetween = null;
            Shadow shadow = shadow(verdict);
            return answer(verdict, isToConfirm(shadow) ? TO_CONFIRM : "accepted", verdict.refused(), shadow);
        });
    }

    /** Takes over the files as they are saved now, as far as nothing speaks against it. */
    public Answer apply(JsonNode request) {
        return onTheHand(() -> {
            failed.clear();
            return take(
                    folder.read(running),
                    EDIT,
                    Decision.of(request),
                    request.path("confirm").asText());
        });
    }

    /**
     * Saves the files as they were in an earlier version, and takes them over.
     *
     * @throws UnknownVersion when it was never at work
     */
    public Answer rollback(String to, JsonNode request) {
        return onTheHand(() -> {
            Map<String, String> texts = history.texts(to);
            Map<String, RouteFile> files = new TreeMap<>();
            texts.forEach((path, text) -> files.put(path, new RouteFile(path, text)));
            Whole saved = folder.read(running);
            failed.clear();
            Answer answer = take(new Whole(files), "rollback", Decision.of(request), "");
            Set<String> keep = new TreeSet<>();
            answer.files().stream().filter(file -> file.state().equals(REFUSED)).forEach(file -> keep.add(file.file()));
            save(saved, texts, keep);
            return answer;
        });
    }

    /** Makes the saved files what the texts are, but for those to keep. */
    private void save(Whole saved, Map<String, String> texts, Set<String> keep) {
        saved.files().keySet().stream()
                .filter(path -> !texts.containsKey(path) && !keep.contains(path))
                .forEach(folder::delete);
        texts.forEach((path, text) -> {
            RouteFile before = saved.files().get(path);
            if (!keep.contains(path) && (before == null || !before.text().equals(text))) {
                folder.write(path, text);
            }
        });
    }

    /** A file counts as saved when it is the same at two looks: an editor may still be at it. */
    private void look() {
        try {
            remember();
            if (!settings.watch()) {
                return;
            }
            Map<String, String> now = folder.marks();
            if (!now.equals(marks)) {
                marks = now;
                isToLook = true;
            } else if (isToLook) {
                isToLook = false;
                Whole saved = folder.read(running);
                Set<String> changed = Check.changed(running, saved);
                refused.keySet().retainAll(changed);
                if (!changed.isEmpty()) {
                    String by = changed.stream()
                            .filter(path -> saved.files().containsKey(path))
                            .findFirst()
                            .map(folder::owner)
                            .orElse("somebody");
                    take(saved, EDIT, new Decision(by, "saved"), "");
                } else {
                    waiting = null;
                }
            }
        } catch (RuntimeException trouble) {
            log.warn("The files of routes cannot be looked at; the running version stays", trouble);
        }
    }

    /** @param confirmed the version that may go live whatever the shadow run showed */
    private Answer take(Whole saved, String kind, Decision who, String confirmed) {
        Map<String, List<Finding>> notTaken = new TreeMap<>();
        Set<String> leftOut = new TreeSet<>();
        failed.forEach((path, hash) -> {
            if (saved.files().containsKey(path)
                    && saved.files().get(path).hash().equals(hash)) {
                leftOut.add(path);
                notTaken.put(path, refused.getOrDefault(path, List.of()));
            } else {
                failed.remove(path);
            }
        });
        while (true) {
            Check.Verdict verdict = check.judge(running, saved, leftOut);
            // What brings an earlier version back is not kept waiting.
            Shadow shadow = kind.equals(EDIT) ? shadow(verdict) : null;
            if (isToConfirm(shadow) && !RunningVersion.of(verdict.whole()).equals(confirmed)) {
                notTaken.putAll(verdict.refused());
                return held(verdict, notTaken, shadow);
            }
            try {
                Set<String> touched = takeover.carryOut(running, verdict.whole());
                notTaken.putAll(verdict.refused());
                return taken(verdict, touched, notTaken, kind, who, shadow);
            } catch (Takeover.Failed refusal) {
                isToLook |= refusal.isForNow();
                Set<String> out = blamed(refusal, verdict.accepted());
                out.forEach(path -> notTaken.put(path, List.of(finding(path, refusal))));
                leftOut.addAll(out);
            }
        }
    }

    private static Set<String> blamed(Takeover.Failed refusal, Set<String> accepted) {
        String path = refusal.placed().file().path();
        return accepted.contains(path) ? Set.of(path) : accepted;
    }

    private static Finding finding(String path, Takeover.Failed refusal) {
        Whole.Placed placed = refusal.placed();
        Throwable cause = refusal.getCause();
        String problem = refusal.isForNow()
                ? cause.getMessage() + "; it is tried again"
                : "`" + placed.declared().id() + "` could not be started: " + Trial.inWords(cause);
        return new Finding(
                path, placed.declared().first(), 0, "start", placed.declared().id(), problem, null, null);
    }

    private Answer taken(
            Check.Verdict verdict,
            Set<String> touched,
            Map<String, List<Finding>> notTaken,
            String kind,
            Decision who,
            Shadow shadow) {
        Whole before = running;
        waiting = null;
        refuse(notTaken);
        if (!verdict.accepted().isEmpty()) {
            become(verdict.whole());
            note(before, running, kind, who, verdict.accepted(), shadow);
            log.info(
                    "{}: {} live, version {} after {}; routes put in: {}{}",
                    who.by(),
                    String.join(", ", verdict.accepted()),
                    version.current(),
                    RunningVersion.of(before),
                    touched.isEmpty() ? "none" : String.join(", ", touched),
                    shadow == null ? "" : ". " + shadow.inWords());
            touched.forEach(
                    id -> probation.begin(id, why -> hand.execute(() -> restore(before, verdict.accepted(), id, why))));
        }
        return answer(verdict, "applied", notTaken, shadow);
    }

    private Answer held(Check.Verdict verdict, Map<String, List<Finding>> notTaken, Shadow shadow) {
        refuse(notTaken);
        waiting = new Waiting(RunningVersion.of(verdict.whole()), Set.copyOf(verdict.accepted()), shadow);
        log.warn(
                "{} waits to be confirmed as version {}. {} {}",
                String.join(", ", verdict.accepted()),
                waiting.version(),
                STAYS,
                shadow.inWords());
        return answer(verdict, TO_CONFIRM, notTaken, shadow);
    }

    private void refuse(Map<String, List<Finding>> notTaken) {
        notTaken.forEach((path, findings) -> {
            if (!findings.equals(refused.put(path, findings))) {
                tell(path, findings);
            }
        });
        refused.keySet().retainAll(notTaken.keySet());
    }

    /** Null when nothing would go live. What was shown between the same two versions is not looked at again. */
    private Shadow shadow(Check.Verdict verdict) {
        if (verdict.accepted().isEmpty()) {
            return null;
        }
        String between = RunningVersion.of(running) + " " + RunningVersion.of(verdict.whole());
        if (!between.equals(seenBetween) || !seen.ran()) {
            seen = shadows.between(running, verdict.whole());
            seenBetween = between;
        }
        return seen;
    }

    private boolean isToConfirm(Shadow shadow) {
        return settings.shadow().confirm() == RouteSettings.Confirm.DIFFERENCES
                && shadow != null
                && shadow.isToConfirm();
    }

    private void become(Whole whole) {
        running = whole;
        since = clock.instant();
        version.set(RunningVersion.of(whole));
    }

    /** What was put in fails: the files that brought it, where they were not edited again since, are as before. */
    private void restore(Whole before, Set<String> paths, String route, String why) {
        Map<String, RouteFile> files = new LinkedHashMap<>(running.files());
        Map<String, List<Finding>> findings = new TreeMap<>();
        for (String path : paths) {
            RouteFile bad = running.files().get(path);
            RouteFile good = before.files().get(path);
            if (good == null) {
                files.remove(path);
            } else {
                files.put(path, good);
            }
            if (bad != null) {
                failed.put(path, bad.hash());
            }
            findings.put(
                    path,
                    List.of(new Finding(
                            path,
                            lineOf(route, bad),
                            0,
                            "probation",
                            route,
                            why + ". The version before it is back",
                            null,
                            null)));
        }
        Whole bad = running;
        Whole good = new Whole(files);
        try {
            takeover.carryOut(bad, good).forEach(probation::end);
            refused.putAll(findings);
            become(good);
            note(bad, good, "restored", new Decision("orderway", why), paths, null);
            findings.forEach(this::tell);
        } catch (Takeover.Failed refusal) {
            log.error("{}, and the version before it cannot come back: {}", why, Trial.inWords(refusal.getCause()));
        }
    }

    /** Where a file declares a route; its first line when it has another part in the failure. */
    private static int lineOf(String route, RouteFile file) {
        return file == null
                ? 1
                : file.routes()
                        .filter(one -> one.id().equals(route))
                        .map(Declared::first)
                        .findFirst()
                        .orElse(1);
    }

    private void tell(String path, List<Finding> findings) {
        log.error(
                "{} is not taken over. {}\n{}",
                path,
                STAYS,
                findings.stream().map(finding -> "  " + finding.inWords()).collect(Collectors.joining("\n")));
    }

    private Answer answer(Check.Verdict verdict, String word, Map<String, List<Finding>> notTaken, Shadow shadow) {
        List<FileState> files = new ArrayList<>();
        verdict.accepted().forEach(path -> files.add(new FileState(path, word, List.of())));
        notTaken.forEach((path, findings) -> files.add(new FileState(path, REFUSED, findings)));
        String done = several(verdict.accepted().size()) + " " + word + ".";
        boolean waits = word.equals(TO_CONFIRM);
        StringBuilder says = new StringBuilder();
        if (notTaken.isEmpty()) {
            says.append(verdict.accepted().isEmpty() ? "Nothing changed." : done);
        } else {
            says.append(several(notTaken.size())).append(" refused, ").append(done);
        }
        if (waits) {
            says.append(' ').append(STAYS);
        } else if (!notTaken.isEmpty()) {
            says.append(" Of what is refused the running version stays.");
        }
        if (shadow != null) {
            says.append(' ').append(shadow.inWords()).append('.');
        }
        return new Answer(
                notTaken.isEmpty() && !waits,
                version.current(),
                RunningVersion.of(verdict.whole()),
                says.toString(),
                files,
                shadow);
    }

    private static String several(int files) {
        return files + (files == 1 ? " file" : " files");
    }

    private void note(Whole before, Whole after, String kind, Decision who, Set<String> paths, Shadow shadow) {
        unrecorded.add(new RouteHistory.Change(
                RunningVersion.of(after),
                kind.equals("start") ? null : RunningVersion.of(before),
                kind,
                who.by(),
                who.reason(),
                clock.instant(),
                after.files().values().stream().collect(Collectors.toMap(RouteFile::path, RouteFile::text)),
                Diff.of(before, after, paths),
                shadow == null ? null : shadow.inWords()));
        remember();
    }

    /** While the database is away the changes wait here. */
    private void remember() {
        while (!unrecorded.isEmpty()) {
            try {
                history.record(unrecorded.peek());
                unrecorded.remove();
            } catch (DataAccessException | TransactionException away) {
                log.debug("A change of the routes cannot be recorded yet", away);
                return;
            }
        }
    }

    /** Does what changes the running routes: one after the other, on the thread that no route has a hand in. */
    <T> T onTheHand(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        hand.execute(() -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw e;
        }
    }

    @Override
    public void destroy() {
        hand.shutdownNow();
    }
}
