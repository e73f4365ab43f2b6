package org.orderway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileTest {

    @Test
    void threadsOfOneKindAreCountedTogether() {
        assertThat(Profile.group("audit_queue-1")).isEqualTo(Profile.group("audit_queue-27"));
        assertThat(Profile.group("http-nio-127.0.0.1-41234-exec-3"))
                .isEqualTo(Profile.group("http-nio-127.0.0.1-8080-exec-11"));
        assertThat(Profile.group("AMQP Connection 127.0.0.1:5672")).isEqualTo("AMQP connections, reading");
        assertThat(Profile.group("C2 CompilerThread0")).isEqualTo("JIT compiler");
        assertThat(Profile.group("G1 Conc#0")).isEqualTo(Profile.group("GC Thread#1"));
    }

    @Test
    void connectionsToTheDatabaseAreOneKindAndItsOwnProcessesAreTold() {
        assertThat(Profile.group("postgres: postgres orderway_bench_x_1 127.0.0.1(40312) idle"))
                .isEqualTo("connections");
        assertThat(Profile.group("postgres: walwriter")).isEqualTo("walwriter");
    }

    @Test
    void codeBelongsToTheFirstPrefixThatFits() {
        Map.of(
                        "org.orderway.audit.Audit", "ours",
                        "org.springframework.amqp.rabbit.core.RabbitTemplate", "Spring AMQP",
                        "org.springframework.jdbc.core.JdbcTemplate", "JDBC",
                        "org.springframework.aop.framework.CglibAopProxy", "Spring otherwise",
                        "org.apache.camel.processor.Pipeline", "Camel",
                        "somebody.else.Thing", "others")
                .forEach((type, part) -> assertThat(Profile.part(type)).isEqualTo(part));
    }
}
