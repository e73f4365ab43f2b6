package org.orderway.notification;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ResourceBundle.Control;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.orderway.messages.Event;
import org.orderway.orders.Order;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/**
 * One template for each fact, channel and language: {@code notification/<locale>/<fact>.html} with {@code .txt} beside it
 * for mails, {@code .sms.txt}, {@code .push.txt}. What a locale has no template for is taken from the next wider one (de-AT,
 * de), and then from the default locale's. The first line of mails and messages in the app is their subject. Values are
 * escaped by Thymeleaf, so that a name is never markup.
 */
@Component
class Templates {

    private static final String FOLDER = "notification/";
    private static final String REASONS = "reasons.properties";
    private static final Control CONTROL = Control.getControl(Control.FORMAT_DEFAULT);

    private final SpringTemplateEngine engine = new SpringTemplateEngine();
    private final Locale usual;
    private final ZoneId zone;
    private final String trackingUrl;
    private final Set<String> files;
    private final Set<String> facts;
    private final Map<String, Properties> reasons;

    Templates(
            @Value("${orderway.notification.locale}") String usual,
            @Value("${orderway.notification.zone}") ZoneId zone,
            @Value("${orderway.notification.tracking-url}") String trackingUrl)
            throws IOException {
        this.usual = Locale.forLanguageTag(usual);
        this.zone = zone;
        this.trackingUrl = trackingUrl;
        // Looks an expression's properties up once, instead of for every message anew.
        engine.setEnableSpringELCompiler(true);
        engine.addTemplateResolver(resolver(".html", TemplateMode.HTML));
        engine.addTemplateResolver(resolver(".txt", TemplateMode.TEXT));
        // Looked up once: finding out in a jar of jars that there is no such file takes long.
        this.files = files();
        this.facts = chain(this.usual)
                .flatMap(locale -> files.stream().filter(file -> file.startsWith(locale.toLanguageTag() + "/")))
                .filter(file -> file.endsWith(".html"))
                .map(file -> file.substring(file.indexOf('/') + 1, file.length() - ".html".length()))
                .collect(Collectors.toUnmodifiableSet());
        this.reasons = files.stream()
                .filter(file -> file.endsWith("/" + REASONS))
                .collect(Collectors.toUnmodifiableMap(file -> file, Templates::load));
        checkDefault(usual);
    }

    /** @param subject null in a text message; @param html null in all but mails */
    record Rendered(String subject, String text, String html) {}

    /** The facts that customers are told. */
    Set<String> facts() {
        return facts;
    }

    /**
     * A message about a fact.
     *
     * @param fact   a name of {@link #facts}
     * @param locale BCP 47, or null for the default
     */
    Rendered render(String fact, String channel, Event event, Order order, String locale) {
        Locale wanted = locale == null ? usual : Locale.forLanguageTag(locale).stripExtensions();
        String ending = channel.equals("mail") ? ".html" : "." + channel + ".txt";
        Locale found = find(wanted, fact + ending);
        // Numbers and days are written in the language around them, and as in the customer's country.
        Locale spoken = found.getLanguage().equals(wanted.getLanguage()) ? wanted : found;
        Context context = new Context(spoken);
        context.setVariable("event", event);
        context.setVariable("order", order);
        context.setVariable("say", new Phrasing(event, order, spoken, zone, reasons(wanted)));
        context.setVariable("link", trackingUrl.isEmpty() ? null : link(event));
        String name = found.toLanguageTag() + "/" + fact;
        return switch (channel) {
            case "mail" -> titled(engine.process(name + ".txt", context), engine.process(name + ".html", context));
            case "push" -> titled(engine.process(name + ending, context), null);
            default -> new Rendered(null, engine.process(name + ending, context).strip(), null);
        };
    }

    private static Rendered titled(String text, String html) {
        String[] parts = text.split("\\R", 2);
        // A line break in a subject would begin a new mail header.
        return new Rendered(parts[0].strip().replaceAll("\\p{Cntrl}+", " "), parts[1].strip(), html);
    }

    private String link(Event event) {
        return trackingUrl.replace(
                "{trackingNumber}", URLEncoder.encode(event.text("trackingNumber"), StandardCharsets.UTF_8));
    }

    private Locale find(Locale wanted, String file) {
        return Stream.concat(chain(wanted), chain(usual))
                .filter(locale -> files.contains(locale.toLanguageTag() + "/" + file))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no template " + file));
    }

    /** A locale and the wider ones, such as zh-Hant-TW, zh-Hant, zh. */
    private static Stream<Locale> chain(Locale locale) {
        return CONTROL.getCandidateLocales(FOLDER, locale).stream().filter(wider -> wider != Locale.ROOT);
    }

    private Properties reasons(Locale wanted) {
        return reasons.get(find(wanted, REASONS).toLanguageTag() + "/" + REASONS);
    }

    private static Properties load(String file) {
        Properties reasons = new Properties();
        try (InputStream in = Templates.class.getResourceAsStream("/" + FOLDER + file)) {
            reasons.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return reasons;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private void checkDefault(String usual) {
        Set<String> missing = new TreeSet<>();
        Stream<String> needed = Stream.concat(
                facts.stream().flatMap(fact -> Stream.of(".txt", ".sms.txt", ".push.txt")
                        .map(fact::concat)),
                Stream.of(REASONS));
        List<String> locales = chain(this.usual).map(Locale::toLanguageTag).toList();
        needed.filter(file -> locales.stream().noneMatch(locale -> files.contains(locale + "/" + file)))
                .forEach(missing::add);
        if (facts.isEmpty() || !missing.isEmpty()) {
            throw new IllegalStateException("orderway.notification.locale is " + usual
                    + ", for which there are no templates" + (facts.isEmpty() ? "" : " " + missing));
        }
    }

    private static Set<String> files() throws IOException {
        Set<String> files = new TreeSet<>();
        for (Resource file : new PathMatchingResourcePatternResolver().getResources("classpath*:" + FOLDER + "*/*.*")) {
            String path = file.getURL().getPath();
            files.add(path.substring(path.lastIndexOf(FOLDER) + FOLDER.length()));
        }
        return files;
    }

    private static ClassLoaderTemplateResolver resolver(String ending, TemplateMode mode) {
        ClassLoaderTemplateResolver resolver = new ClassLoaderTemplateResolver(Templates.class.getClassLoader());
        resolver.setPrefix(FOLDER);
        resolver.getResolvablePatternSpec().addPattern("*" + ending);
        resolver.setTemplateMode(mode);
        resolver.setCharacterEncoding("UTF-8");
        resolver.setCheckExistence(true);
        return resolver;
    }
}
