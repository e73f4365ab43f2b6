package org.orderway.desk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.catalogue.Catalogue;
import org.orderway.orders.Article;
import org.orderway.orders.Articles;
import org.orderway.orders.OrderView;
import org.orderway.routes.Doors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where a newcomer begins: place an order and watch it go its way. */
@Controller
class StartPage {

    private static final int ARTICLES = 20;
    private static final int VISITOR_LETTERS = 8;
    private static final String COMMON_CURRENCY = "GBP";

    private final Catalogue catalogue;
    private final Articles articles;
    private final OrderView orders;
    private final Flow flow;
    private final Doors doors;
    private final ObjectMapper mapper;
    private final Settings settings;

    StartPage(
            Catalogue catalogue,
            Articles articles,
            OrderView orders,
            Flow flow,
            Doors doors,
            ObjectMapper mapper,
            Settings settings) {
        this.catalogue = catalogue;
        this.articles = articles;
        this.orders = orders;
        this.flow = flow;
        this.doors = doors;
        this.mapper = mapper;
        this.settings = settings;
    }

    /** The start page. @param placeOrders whether orders can be placed on it, by whoever comes */
    @ConfigurationProperties("orderway.start")
    record Settings(@DefaultValue("false") boolean placeOrders) {}

    /** How an order is to end that is placed here: each a way the simulators know. */
    enum Ending {
        WELL("goes well", "tok_ok", "SW1Y 4JH"),
        DECLINED("the card is declined", "tok_declined", "SW1Y 4JH"),
        GATEWAY("the payment gateway fails", "tok_error", "SW1Y 4JH"),
        CARRIER("the carrier fails", "tok_ok", "CARRIER-500");

        private final String words;
        private final String token;
        private final String postcode;

        Ending(String words, String token, String postcode) {
            this.words = words;
            this.token = token;
            this.postcode = postcode;
        }

        public String words() {
            return words;
        }
    }

    @GetMapping("/")
    String start(@RequestParam(required = false) String order, Model model) {
        model.addAttribute("placeOrders", settings.placeOrders());
        if (settings.placeOrders()) {
            model.addAttribute(
                    "articles",
                    catalogue
                            .list(Map.of("limit", ARTICLES, "available", "true"))
                            .getOrDefault("products", List.of()));
            model.addAttribute("endings", Ending.values());
            model.addAttribute("key", UUID.randomUUID());
        }
        show(order, model);
        return "desk/start";
    }

    /** The picture alone, which renews itself. */
    @GetMapping("/start/flow")
    String flow(@RequestParam(required = false) String order, Model model) {
        show(order, model);
        return "desk/start :: flow";
    }

    private void show(String id, Model model) {
        if (id == null || id.isBlank()) {
            model.addAttribute("picture", flow.picture());
            return;
        }
        Map<String, Object> order = orders.read(id);
        model.addAttribute("order", order);
        model.addAttribute("picture", flow.of(order));
    }

    /** Places an order by the same door as a shop. */
    @PostMapping("/start/orders")
    String place(
            @RequestParam String sku,
            @RequestParam(defaultValue = "1") int quantity,
            @RequestParam(defaultValue = "prepaid") String method,
            @RequestParam(defaultValue = "false") boolean priority,
            @RequestParam(defaultValue = "WELL") Ending ending,
            @RequestParam String key,
            RedirectAttributes then)
            throws JsonProcessingException {
        if (!settings.placeOrders()) {
            throw new Visitor.NotAllowed();
        }
        Doors.Answer answer = doors.placeOrder(order(sku, quantity, method, priority, ending, key), key);
        JsonNode body = mapper.readTree(answer.body());
        if (!answer.isAccepted()) {
            then.addFlashAttribute("refused", refusal(body, answer.status()));
            return "redirect:/";
        }
        return "redirect:/?order=" + body.path("id").asText();
    }

    private static String refusal(JsonNode problem, int status) {
        StringBuilder told = new StringBuilder(
                problem.path("detail").asText(HttpStatusCode.valueOf(status).toString()));
        problem.path("errors").forEach(error -> told.append(" ")
                .append(error.path("pointer").asText())
                .append(" ")
                .append(error.path("detail").asText())
                .append("."));
        return told.toString();
    }

    /** Everybody who tries is a customer of their own, or the tenth order of the hour would be held up as suspicious. */
    private ObjectNode order(String sku, int quantity, String method, boolean priority, Ending ending, String key) {
        String currency = articles.of(List.of(sku)).stream()
                .map(Article::currency)
                .findFirst()
                .orElse(COMMON_CURRENCY);
        String visitor = "visitor-" + key.replaceAll("[^0-9a-f]", "");
        visitor = visitor.substring(0, Math.min(visitor.length(), "visitor-".length() + VISITOR_LETTERS));
        ObjectNode order = mapper.createObjectNode().put("priority", priority).put("currency", currency);
        order.putObject("customer").put("id", visitor).put("name", "A visitor").put("email", visitor + "@example.org");
        order.putObject("shipTo")
                .put("name", "A visitor")
                .put("city", "London")
                .put("postcode", ending.postcode)
                .put("country", "GB")
                .putArray("lines")
                .add("12 St James Square");
        ObjectNode payment = order.putObject("payment").put("method", method);
        if (method.equals("prepaid")) {
            payment.put("token", ending.token);
        }
        order.putArray("lines").addObject().put("sku", sku).put("quantity", quantity);
        return order;
    }
}
