package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingTest {

    @Test
    void tellsTheFirstThingThatMattersFirst() {
        assertThat(new Finding("a.camel.yaml", 3, 7, "bean", "inventry", "no bean `inventry`", null, "inventory")
                        .inWords())
                .isEqualTo("a.camel.yaml:3:7: no bean `inventry`; did you mean `inventory`? [bean]");
        assertThat(new Finding("a.camel.yaml", 3, 0, "length", "", "too long", "less", null).inWords())
                .isEqualTo("a.camel.yaml:3: too long Expected: less. [length]");
        assertThat(new Finding("", 0, 0, "consumed", "", "nothing would consume the queue", null, null).inWords())
                .isEqualTo("nothing would consume the queue [consumed]");
    }
}
