package org.orderway.desk;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.orderway.broker.AsyncApi;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** What programs may use, for people to read: the HTTP interface, and what travels over the broker. */
@Controller
class ApiPages {

    private static final MediaType YAML = new MediaType("application", "yaml", StandardCharsets.UTF_8);

    private final HttpInterface http;
    private final AsyncApi messages;

    ApiPages(HttpInterface http, AsyncApi messages) {
        this.http = http;
        this.messages = messages;
    }

    @GetMapping("/desk/api")
    String overHttp(Model model) {
        model.addAttribute("groups", http.groups());
        return "desk/api";
    }

    @GetMapping("/desk/api/messages")
    String overAmqp(Model model) {
        model.addAttribute("keys", messages.keys());
        model.addAttribute(
                "messages",
                messages.messages().stream()
                        .map(message -> new MessageView(
                                message.type(), message.description(), HttpInterface.fields(message.schema())))
                        .toList());
        return "desk/messages";
    }

    /** A message with the fields of its body. */
    public record MessageView(String type, String description, List<HttpInterface.Field> fields) {}

    @GetMapping("/asyncapi.yaml")
    ResponseEntity<String> document() {
        return ResponseEntity.ok().contentType(YAML).body(messages.yaml());
    }
}
