package org.orderway.embedded;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Tells a newcomer where to look once everything runs. */
@Component
@Profile("embedded")
class Welcome {

    private static final Logger LOG = LoggerFactory.getLogger(Welcome.class);

    private final Environment environment;

    Welcome(Environment environment) {
        this.environment = environment;
    }

    @EventListener(ApplicationReadyEvent.class)
    void tellWhereToLook() {
        String base = "http://" + environment.getProperty("server.address", "127.0.0.1") + ":"
                + environment.getProperty("local.server.port");
        LOG.info(
                """
                Orderway is ready:
                  start here   {}/
                  the desk     {}/desk
                  orders       {}/orders
                  figures      {}/reports/orders
                  caught mail  {}/mails
                  queues       {}/ops/topology.html
                  API          {}/openapi.yaml
                  health       {}/actuator/health
                Figures, mail and queues ask for the login operator.
                """
                        .stripTrailing(),
                base,
                base,
                base,
                base,
                base,
                base,
                base,
                base);
    }
}
