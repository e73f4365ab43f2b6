package org.orderway.routes;

import jakarta.activation.DataHandler;
import jakarta.mail.util.ByteArrayDataSource;
import org.apache.camel.Exchange;
import org.apache.camel.attachment.AttachmentMessage;
import org.springframework.stereotype.Component;

/** Files on a message that leaves as a mail, which YAML has no word for. */
@Component("attachments")
class Attachments {

    /** Attaches a file; a second one of the same name replaces it. @param type its media type */
    public void add(Exchange exchange, String name, String type, byte[] content) {
        exchange.getMessage(AttachmentMessage.class)
                .addAttachment(name, new DataHandler(new ByteArrayDataSource(content, type)));
    }
}
