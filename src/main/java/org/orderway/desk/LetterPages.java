package org.orderway.desk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.orderway.failures.DeadLetterView;
import org.orderway.failures.Decisions;
import org.orderway.failures.Replays;
import org.orderway.routes.Doors;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Dead letters by kind of failure: look, edit, send again one or all of a kind, or let go. */
@Controller
@RequestMapping("/desk/dead-letters")
class LetterPages {

    private static final int KINDS = 50;

    private final DeadLetterView view;
    private final Decisions decisions;
    private final Replays replays;
    private final Doors doors;
    private final ObjectMapper mapper;

    LetterPages(DeadLetterView view, Decisions decisions, Replays replays, Doors doors, ObjectMapper mapper) {
        this.view = view;
        this.decisions = decisions;
        this.replays = replays;
        this.doors = doors;
        this.mapper = mapper;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String queue,
            @RequestParam(defaultValue = "open") State state,
            @RequestParam(required = false) Long after,
            Model model) {
        Map<String, Object> filter = new HashMap<>(Map.of("limit", KINDS, "state", state.name()));
        if (!queue.isBlank()) {
            filter.put("queue", queue.strip());
        }
        if (after != null) {
            filter.put("after", after);
        }
        model.addAllAttributes(view.list(filter));
        model.addAttribute("queue", queue.strip());
        model.addAttribute("state", state.name());
        model.addAttribute("states", State.values());
        return "desk/letters";
    }

    /** What became of a letter. */
    enum State {
        open,
        replayed,
        discarded
    }

    @GetMapping("/kinds/{fingerprint}")
    String kind(@PathVariable String fingerprint, Model model) {
        Map<String, Object> found = view.list(Map.of("limit", 1, "fingerprint", fingerprint));
        List<?> groups = (List<?>) found.get("groups");
        model.addAttribute("kind", groups.isEmpty() ? null : groups.get(0));
        model.addAttribute("fingerprint", fingerprint);
        replays.latestOf(fingerprint).ifPresent(replay -> model.addAttribute("replay", replay));
        return "desk/kind";
    }

    @GetMapping("/{id}")
    String letter(
            @PathVariable long id, @ModelAttribute(name = "visitor", binding = false) Visitor visitor, Model model) {
        Map<String, Object> letter = view.read(id);
        model.addAttribute("letter", letter);
        if (visitor.operator()) {
            model.addAttribute("headers", pretty(letter.get("headers").toString()));
            model.addAttribute("body", pretty((String) letter.get("body")));
            model.addAttribute("editedBody", pretty((String) letter.get("editedBody")));
        }
        return "desk/letter";
    }

    /** JSON as people read it; what is none as it is. */
    private String pretty(String text) {
        if (text == null) {
            return null;
        }
        try {
            JsonNode json = mapper.readTree(text);
            return json.isContainerNode() ? json.toPrettyString() : text;
        } catch (IOException notJson) {
            return text;
        }
    }

    @PostMapping("/{id}/replay")
    String replay(
            @PathVariable long id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        Decisions.Done done = decisions.replay(id, Requests.decision(visitor, reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "It is sent again, to the queue it failed in.");
        return "redirect:/desk/dead-letters/" + id;
    }

    @PostMapping("/{id}/body")
    String edit(
            @PathVariable long id,
            @RequestParam String body,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        decisions.edit(id, Requests.decision(visitor, reason).put("body", body));
        then.addFlashAttribute("told", "This is what will be sent; what came is kept beside it.");
        return "redirect:/desk/dead-letters/" + id;
    }

    @PostMapping("/{id}/discard")
    String discard(
            @PathVariable long id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor,
            RedirectAttributes then) {
        Decisions.Done done = decisions.discard(id, Requests.decision(visitor, reason));
        doors.handToOutbox(done.entries());
        then.addFlashAttribute("told", "It is let go.");
        return "redirect:/desk/dead-letters/" + id;
    }

    @PostMapping("/kinds/{fingerprint}/replay")
    String replayAll(
            @PathVariable String fingerprint,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor) {
        Map<String, Object> replay =
                replays.start(Requests.decision(visitor, reason).put("fingerprint", fingerprint));
        return "redirect:/desk/dead-letters/replays/" + replay.get("id");
    }

    @GetMapping("/replays/{id}")
    String progress(@PathVariable long id, Model model) {
        model.addAttribute("replay", replays.read(id));
        return "desk/replay";
    }

    /** The part of the page that renews itself while the replay runs. */
    @GetMapping("/replays/{id}/now")
    String progressNow(@PathVariable long id, Model model) {
        model.addAttribute("replay", replays.read(id));
        return "desk/replay :: now";
    }

    @PostMapping("/replays/{id}/stop")
    String stop(
            @PathVariable long id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute(name = "visitor", binding = false) Visitor visitor) {
        replays.stop(id, Requests.decision(visitor, reason));
        return "redirect:/desk/dead-letters/replays/" + id;
    }
}
