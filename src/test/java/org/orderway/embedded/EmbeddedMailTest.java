package org.orderway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.util.Date;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class EmbeddedMailTest {

    @Test
    void caughtMailsAreListedNewestFirstOncePerMailAndOnlyTheNewestAreKept() throws MessagingException {
        var caught = new CaughtMails(2);
        try (var server = new EmbeddedMail(new EmbeddedSettings.Mail(0, 2), caught)) {
            send(server.port(), "first");
            send(server.port(), "second");
            send(server.port(), "third");

            await().until(() ->
                    caught.list().size() == 2 && caught.list().get(0).subject().equals("third"));
            assertThat(caught.list()).extracting(CaughtMail::subject).containsExactly("third", "second");
            CaughtMail mail = caught.list().get(0);
            assertThat(mail.from()).isEqualTo("shop@example.org");
            assertThat(mail.to()).containsExactly("a@example.org", "b@example.org");
            assertThat(mail.text()).isEqualTo("plain");
            assertThat(mail.html()).isEqualTo("<p>rich</p>");
            assertThat(mail.id()).isNotBlank().doesNotContain("<");
        }
    }

    private static void send(int port, String subject) throws MessagingException {
        var properties = new Properties();
        properties.put("mail.smtp.host", Ports.LOOPBACK);
        properties.put("mail.smtp.port", Integer.toString(port));
        var message = new MimeMessage(Session.getInstance(properties));
        message.setFrom("shop@example.org");
        message.setRecipients(RecipientType.TO, InternetAddress.parse("a@example.org, b@example.org"));
        message.setSubject(subject);
        message.setSentDate(new Date());
        var text = new MimeBodyPart();
        text.setText("plain");
        var html = new MimeBodyPart();
        html.setContent("<p>rich</p>", "text/html");
        message.setContent(new MimeMultipart("alternative", text, html));
        Transport.send(message);
    }
}
