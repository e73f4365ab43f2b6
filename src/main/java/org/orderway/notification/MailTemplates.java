package org.orderway.notification;

import java.util.Locale;
import org.orderway.messages.Event;
import org.orderway.orders.Order;
import org.springframework.stereotype.Component;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/**
 * Renders {@code mail/<name>.txt} and {@code .html}. The first line of the text is the subject. Values are
 * escaped by Thymeleaf, so that a name is never markup.
 */
@Component
class MailTemplates {

    private final SpringTemplateEngine engine = new SpringTemplateEngine();

    MailTemplates() {
        engine.addTemplateResolver(resolver(".html", TemplateMode.HTML));
        engine.addTemplateResolver(resolver(".txt", TemplateMode.TEXT));
    }

    record Rendered(String subject, String text, String html) {}

    Rendered render(String name, Event event, Order order, Locale locale) {
        Context context = new Context(locale);
        context.setVariable("event", event);
        context.setVariable("order", order);
        String text = engine.process(name + ".txt", context);
        String html = engine.process(name + ".html", context);
        String[] parts = text.split("\\R", 2);
        // A line break in a subject would begin a new mail header.
        String subject = parts[0].strip().replaceAll("\\p{Cntrl}+", " ");
        return new Rendered(subject, parts[1].strip() + "\n", html);
    }

    private static ClassLoaderTemplateResolver resolver(String ending, TemplateMode mode) {
        ClassLoaderTemplateResolver resolver = new ClassLoaderTemplateResolver(MailTemplates.class.getClassLoader());
        resolver.setPrefix("mail/");
        resolver.getResolvablePatternSpec().addPattern("*" + ending);
        resolver.setTemplateMode(mode);
        resolver.setCharacterEncoding("UTF-8");
        resolver.setCheckExistence(true);
        return resolver;
    }
}
