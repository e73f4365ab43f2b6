package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"api-keys-list", "api-keys-create", "api-keys-revoke"})
class ApiKeysRouteTest extends RouteTest {

    private static final ApiKeys.ApiKey KEY =
            new ApiKeys.ApiKey(7, "leeds", "ow_abcdef", Instant.parse("2026-11-20T10:00:00Z"), "Ada", null, null);

    @Test
    void listsTheKeysWithoutTheKeys() {
        when(apiKeys.list()).thenReturn(List.of(KEY));

        Exchange answer = call("listApiKeys", null, Map.of());

        assertThat(answer.getMessage().getBody(String.class))
                .contains("\"begins\":\"ow_abcdef\"", "\"revokedAt\":null")
                .doesNotContain("hash");
    }

    @Test
    void makesAKeyAndShowsIt() {
        when(apiKeys.create(any())).thenReturn(Map.of("id", 7, "shop", "leeds", "key", "ow_abcdefgh"));

        Exchange answer = call("createApiKey", "{\"shop\": \"leeds\", \"by\": \"Ada\"}", Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo("201");
        assertThat(answer.getMessage().getBody(String.class)).contains("\"key\":\"ow_abcdefgh\"");
    }

    @Test
    void wantsToKnowForWhomAKeyIs() {
        Exchange answer = call("createApiKey", "{\"by\": \"Ada\"}", Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        verify(apiKeys, never()).create(any());
    }

    @Test
    void endsAKey() {
        when(apiKeys.revoke(eq(7L), any())).thenReturn(KEY);

        Exchange answer = call("revokeApiKey", "{\"by\": \"Ada\"}", Map.of("id", "7"));

        assertThat(answer.getMessage().getBody(String.class)).contains("\"id\":7");
        verify(apiKeys, times(1))
                .revoke(eq(7L), argThat(said -> said.path("by").asText().equals("Ada")));
    }

    @Test
    void saysSoWhenThereIsNoSuchKey() {
        when(apiKeys.revoke(anyLong(), any())).thenThrow(new UnknownApiKey(8));

        Exchange answer = call("revokeApiKey", "{\"by\": \"Ada\"}", Map.of("id", "8"));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(404);
    }
}
