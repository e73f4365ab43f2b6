package org.orderway.routes;

import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Makes Camel contexts beside the live one, with the settings of this instance, to be thrown away. Nobody can see them from outside. */
@Component
class Scratch {

    private final CamelContext live;
    private final Environment environment;

    Scratch(CamelContext live, Environment environment) {
        this.live = live;
        this.environment = environment;
    }

    /** A context that was built and not started. */
    DefaultCamelContext context(BeanRepository beans) {
        DefaultCamelContext scratch = new DefaultCamelContext(false);
        scratch.disableJMX();
        scratch.setStartupSummaryLevel(StartupSummaryLevel.Off);
        scratch.setApplicationContextClassLoader(live.getApplicationContextClassLoader());
        scratch.getCamelContextExtension().setRegistry(new DefaultRegistry(List.of(beans)));
        scratch.setSourceLocationEnabled(true);
        scratch.build();
        scratch.getPropertiesComponent().addPropertiesSource(settings());
        return scratch;
    }

    /** Reads one thing that a file declares into the model of a context. @return why it cannot be read */
    static Optional<Exception> load(CamelContext scratch, RouteFile file, Declared one) {
        try {
            PluginHelper.getRoutesLoader(scratch)
                    .loadRoutes(ResourceHelper.fromString("file:" + file.path(), file.only(one)));
            return Optional.empty();
        } catch (Exception refused) {
            return Optional.of(refused);
        }
    }

    private PropertiesSource settings() {
        return new PropertiesSource() {
            @Override
            public String getName() {
                return "settings";
            }

            @Override
            public String getProperty(String name) {
                return environment.getProperty(name);
            }
        };
    }
}
