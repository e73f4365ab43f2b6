package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class TopologyStartTest {

    @TempDir
    Path directory;

    @Test
    void explainsAMistakeInTheTableWithoutAStackTrace(CapturedOutput output) throws IOException {
        assertThatThrownBy(() -> startWith(Files.readString(Path.of("application.yml"))
                .replace(
                        "exchange: order_events\n        keys: [\"order.created\"]",
                        "exchange: order_evnts\n        keys: [\"order.created\"]")));

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "- orderway.topology.queues[2] (inventory_queue): binds to the exchange \"order_evnts\", which is not"
                                + " in orderway.topology.exchanges; did you mean \"order_events\"?")
                .doesNotContain("\tat org.orderway");
    }

    @Test
    void explainsAMistypedSettingOfARow(CapturedOutput output) {
        assertThatThrownBy(() -> startWith(
                Files.readString(Path.of("application.yml")).replace("for: normal orders", "fro: normal orders")));

        assertThat(output).contains("APPLICATION FAILED TO START").contains("orderway.topology.queues[0].fro");
    }

    @Test
    void asksForTheWorkingDirectoryWhenThereIsNoTable(CapturedOutput output) {
        assertThatThrownBy(() -> startWith("orderway: {roles: all}"));

        assertThat(output).contains("application.yml, which must be in the working directory");
    }

    private void startWith(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("application.yml"), yaml);
        new SpringApplicationBuilder(Table.class)
                .web(WebApplicationType.NONE)
                .properties("spring.config.location=" + file.toUri())
                .run()
                .close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Topology.class)
    static class Table {}
}
