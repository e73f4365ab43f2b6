package org.orderway.embedded;

import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.user.MessageDeliveryHandler;
import com.icegreen.greenmail.user.UserImpl;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;

/** The mail server: takes SMTP on loopback, delivers nothing, and keeps what it took for people to see. */
class EmbeddedMail implements AutoCloseable {

    private final int port;
    private final GreenMail server;

    EmbeddedMail(EmbeddedSettings.Mail settings, CaughtMails caught) {
        port = Ports.claim(settings.port(), "mail server", "orderway.embedded.mail.port");
        server = new GreenMail(new ServerSetup(port, Ports.LOOPBACK, ServerSetup.PROTOCOL_SMTP));
        server.getUserManager().setAuthRequired(false);
        server.getUserManager().setMessageDeliveryHandler(new OncePerMail(caught));
        server.start();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        server.stop();
    }

    /** GreenMail hands a mail over once for each of its recipients, one after the other. */
    private static class OncePerMail implements MessageDeliveryHandler {

        private final CaughtMails caught;
        private final ThreadLocal<MovingMessage> last = new ThreadLocal<>();

        OncePerMail(CaughtMails caught) {
            this.caught = caught;
        }

        @Override
        public GreenMailUser handle(MovingMessage message, MailAddress recipient) throws MessagingException {
            if (last.get() != message) {
                last.set(message);
                caught.catchMail(
                        message.getMessage(),
                        message.getToAddresses().stream()
                                .map(MailAddress::getEmail)
                                .toList());
            }
            return new NoMailbox(recipient.getEmail());
        }
    }

    /** Mailboxes would grow without end. */
    private static class NoMailbox extends UserImpl {

        NoMailbox(String address) {
            super(address, address, "", null);
        }

        @Override
        public void deliver(MovingMessage message) {}

        @Override
        public void deliver(MimeMessage message) {}
    }
}
