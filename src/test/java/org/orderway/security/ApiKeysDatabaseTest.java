package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class ApiKeysDatabaseTest extends DatabaseTest {

    @Autowired
    private ApiKeys keys;

    @Test
    void knowsAShopByAnyOfItsKeys() {
        String first = key("leeds");
        String second = key("leeds");
        String other = key("york");

        assertThat(keys.shopOf(first)).hasValue("leeds");
        assertThat(keys.shopOf(second)).hasValue("leeds");
        assertThat(keys.shopOf(other)).hasValue("york");
        assertThat(keys.shopOf(first + "x")).isEmpty();
        assertThat(keys.shopOf("")).isEmpty();
    }

    @Test
    void keepsNoKeyFromWhichItCouldBeUsed() {
        String key = key("leeds");

        Map<String, Object> row = jdbc.sql("select * from api_keys").query().singleRow();
        String begins = (String) row.get("begins");
        assertThat(key).startsWith(begins);
        assertThat(key.length() - begins.length()).isGreaterThan(32);
        row.remove("begins");
        assertThat(row.values()).noneMatch(value -> value instanceof String text && key.contains(text));
        assertThat(keys.list()).singleElement().satisfies(kept -> {
            assertThat(kept.begins()).isEqualTo(begins);
            assertThat(kept.revokedAt()).isNull();
        });
    }

    @Test
    void aRevokedKeyIsRefusedAtOnceAndTheShopsOtherKeyIsNot() {
        String stolen = key("leeds");
        long id = keys.list().get(0).id();
        String replacement = key("leeds");
        assertThat(keys.shopOf(stolen)).hasValue("leeds");

        keys.revoke(id, by("Ada"));
        ApiKeys.ApiKey again = keys.revoke(id, by("Bob"));

        assertThat(keys.shopOf(stolen)).isEmpty();
        assertThat(keys.shopOf(replacement)).hasValue("leeds");
        assertThat(again.revokedBy()).isEqualTo("Ada");
    }

    @Test
    void whatIsNotThereCannotBeRevoked() {
        assertThatThrownBy(() -> keys.revoke(4711, by("Ada"))).isInstanceOf(UnknownApiKey.class);
    }

    @Test
    void noTwoKeysAreAlike() {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            made.add(key("leeds"));
        }

        assertThat(made).hasSize(50);
    }

    private String key(String shop) {
        return (String) keys.create(mapper.createObjectNode().put("shop", shop).put("by", "Ada"))
                .get("key");
    }

    private JsonNode by(String name) {
        return mapper.createObjectNode().put("by", name);
    }
}
