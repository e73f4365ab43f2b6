package org.orderway.routes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/**
 * Says of each file that was changed, added or deleted whether it may go live. One broken file blocks no other: it is judged
 * as if it had stayed as it is, and so is what depends on it.
 */
@Component
class Check {

    private final Vocabulary vocabulary;
    private final Wiring wiring;
    private final Lint lint;
    private final Trial trial;

    Check(Vocabulary vocabulary, Wiring wiring, Lint lint, Trial trial) {
        this.vocabulary = vocabulary;
        this.wiring = wiring;
        this.lint = lint;
        this.trial = trial;
    }

    /**
     * What may go live.
     *
     * @param accepted the paths of those that may
     * @param refused  what is wrong with each of the others
     * @param whole    all files with those that may in their new form
     */
    record Verdict(Set<String> accepted, Map<String, List<Finding>> refused, Whole whole) {}

    /** The paths of files that are not the same in both, in the order of their names. */
    static Set<String> changed(Whole running, Whole saved) {
        Set<String> paths = new TreeSet<>(running.files().keySet());
        paths.addAll(saved.files().keySet());
        paths.removeIf(path -> {
            RouteFile before = running.files().get(path);
            RouteFile after = saved.files().get(path);
            return before != null && after != null && before.hash().equals(after.hash());
        });
        return paths;
    }

    /** Judges every file that is another in {@code saved} than in {@code running}, but for some that are not to be looked at. */
    Verdict judge(Whole running, Whole saved, Set<String> leftOut) {
        Set<String> accepted = changed(running, saved);
        accepted.removeAll(leftOut);
        Map<String, List<Finding>> refused = new TreeMap<>();
        for (String path : List.copyOf(accepted)) {
            RouteFile file = saved.files().get(path);
            List<Finding> own = file == null ? List.of() : ofItsOwn(file, running, saved, accepted);
            if (!own.isEmpty()) {
                refused.put(path, own);
            }
        }
        accepted.removeAll(refused.keySet());
        List<Finding> before = wiring.between(running);
        Whole whole = overlaid(running, saved, accepted);
        for (List<Finding> fresh = fresh(whole, before); !fresh.isEmpty(); fresh = fresh(whole, before)) {
            for (Finding finding : fresh) {
                for (String path : toBlame(finding, running, saved, accepted, before)) {
                    refused.computeIfAbsent(path, p -> new ArrayList<>()).add(inWordsOf(path, finding));
                }
            }
            accepted.removeAll(refused.keySet());
            whole = overlaid(running, saved, accepted);
        }
        return new Verdict(accepted, refused, whole);
    }

    /**
     * Everything that is wrong with a set of files, as if nothing were at work yet. What files lack of each other is told once
     * each of them can be read: one slip of the pen would make many look broken.
     */
    List<Finding> everything(Whole files) {
        Whole nothing = new Whole(Map.of());
        List<Finding> found = new ArrayList<>();
        files.files()
                .values()
                .forEach(file -> found.addAll(
                        ofItsOwn(file, nothing, files, files.files().keySet())));
        if (found.stream().map(Finding::rule).noneMatch(Set.of(RouteFile.YAML, Vocabulary.RULE)::contains)) {
            found.addAll(wiring.between(files));
        }
        return found;
    }

    private List<Finding> ofItsOwn(RouteFile file, Whole running, Whole saved, Set<String> changed) {
        if (file.unreadable().isPresent()) {
            return List.of(file.unreadable().get());
        }
        List<Finding> words = vocabulary.mistakes(file).toList();
        if (!words.isEmpty()) {
            return words;
        }
        Whole whole = overlaid(running, saved, changed);
        Set<Finding> found = new LinkedHashSet<>(onlyAtStart(file, running));
        List<Finding> wired = wiring.check(file);
        found.addAll(wired);
        if (wired.isEmpty()) {
            found.addAll(trial.run(file, whole));
        }
        found.addAll(lint.check(file, whole));
        return new ArrayList<>(found);
    }

    /** What is no route and no error configuration is read when Orderway starts, and not again. */
    private static List<Finding> onlyAtStart(RouteFile file, Whole running) {
        RouteFile before = running.files().get(file.path());
        return file.declared().stream()
                .filter(one -> !one.isRoute() && !one.isConfiguration())
                .filter(one -> before != null || !running.files().isEmpty())
                .filter(one -> before == null
                        || before.declared().stream()
                                .noneMatch(old -> old.kind().equals(one.kind())
                                        && old.value().equals(one.value())))
                .map(one -> file.finding(
                        "start",
                        one.keyPart(),
                        one.kind(),
                        "`" + one.kind() + "` is read when Orderway starts, and not again",
                        "a restart",
                        null))
                .toList();
    }

    private List<Finding> fresh(Whole whole, List<Finding> before) {
        return wiring.between(whole).stream()
                .filter(finding -> before.stream().noneMatch(finding::isAbout))
                .toList();
    }

    /** The file it stands in; when that was not touched, those whose change alone brings it about; else all. */
    private Set<String> toBlame(
            Finding finding, Whole running, Whole saved, Set<String> accepted, List<Finding> before) {
        if (accepted.contains(finding.file())) {
            return Set.of(finding.file());
        }
        Set<String> alone = new LinkedHashSet<>();
        for (String path : accepted) {
            boolean brings = fresh(overlaid(running, saved, Set.of(path)), before).stream()
                    .anyMatch(finding::isAbout);
            if (brings) {
                alone.add(path);
            }
        }
        return alone.isEmpty() ? Set.copyOf(accepted) : alone;
    }

    /** What has no place of its own is told at the file that brings it about. */
    private static Finding inWordsOf(String path, Finding finding) {
        return finding.file().isEmpty()
                ? new Finding(path, 1, 0, finding.rule(), finding.text(), finding.problem(), finding.expected(), null)
                : finding;
    }

    private static Whole overlaid(Whole running, Whole saved, Set<String> paths) {
        Map<String, RouteFile> files = new LinkedHashMap<>(running.files());
        for (String path : paths) {
            RouteFile file = saved.files().get(path);
            if (file == null) {
                files.remove(path);
            } else {
                files.put(path, file);
            }
        }
        return new Whole(files);
    }
}
