package org.orderway.messages;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON from a stranger: one value in valid UTF-8, no key twice, numbers exact, and nothing that is dear to hold or that
 * PostgreSQL cannot store (NUL, half a surrogate pair).
 */
public final class StrictJson {

    private static final int DEEPEST = 32;
    private static final int LONGEST_NAME = 256;
    private static final int MOST_DIGITS = 64;
    private static final int LONGEST_MESSAGE = 200;

    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNameLength(LONGEST_NAME)
                            .maxNumberLength(MOST_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build()
            .readerFor(JsonNode.class);

    private StrictJson() {}

    /**
     * Reads one JSON value.
     *
     * @param bytes UTF-8, with or without a byte order mark; null counts as empty
     * @throws MalformedJson naming line and column, or the value at fault
     */
    public static JsonNode read(byte[] bytes) {
        String text = text(bytes);
        if (text.isBlank()) {
            throw new MalformedJson("", "the body is empty, JSON is expected");
        }
        try (JsonParser parser = READER.createParser(text)) {
            JsonNode value = parser.readValueAsTree();
            if (parser.nextToken() != null) {
                throw new MalformedJson(
                        "", "more follows after the end of the JSON value" + at(parser.currentTokenLocation()));
            }
            refuseWhatCannotBeHeld(value, JsonPointer.empty());
            return value;
        } catch (JsonProcessingException e) {
            throw new MalformedJson("", "not valid JSON: " + reason(e) + at(e.getLocation()));
        } catch (NumberFormatException e) {
            throw new MalformedJson("", "a number is too large or too precise");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(byte[] bytes) {
        if (bytes == null) {
            return "";
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new MalformedJson("", "the body is not valid UTF-8");
        }
    }

    private static void refuseWhatCannotBeHeld(JsonNode value, JsonPointer pointer) {
        if (value.isBigDecimal()) {
            BigDecimal number = value.decimalValue();
            if (number.precision() > MOST_DIGITS || Math.abs((long) number.scale()) > MOST_DIGITS) {
                throw new MalformedJson(pointer.toString(), "a number is too large or too precise");
            }
        } else if (value.isTextual()) {
            refuseUnstorable(value.textValue(), pointer);
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                refuseWhatCannotBeHeld(value.get(i), pointer.appendIndex(i));
            }
        } else {
            value.properties().forEach(entry -> {
                refuseUnstorable(entry.getKey(), pointer);
                refuseWhatCannotBeHeld(entry.getValue(), pointer.appendProperty(entry.getKey()));
            });
        }
    }

    private static void refuseUnstorable(String text, JsonPointer pointer) {
        boolean unstorable = text.codePoints()
                .anyMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
        if (unstorable) {
            throw new MalformedJson(
                    pointer.toString(), "the text holds a character that cannot be stored (NUL or half a pair)");
        }
    }

    /** Jackson's own words without its advice to programmers. */
    private static String reason(JsonProcessingException e) {
        String reason = e.getOriginalMessage()
                .replaceAll("\\s*\\((start marker at |from |`?StreamReadConstraints|for ).*", "")
                .replaceAll("\\s+", " ");
        return reason.length() > LONGEST_MESSAGE ? reason.substring(0, LONGEST_MESSAGE) + "…" : reason;
    }

    private static String at(JsonLocation location) {
        return location == null ? "" : " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    }
}
