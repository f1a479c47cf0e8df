package dev.quern.tune;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.tune.TrialOutcome.TrialStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What became of a candidate, to be kept.
 *
 * @param key what it is of
 * @param sizes values of the kernel's symbols
 * @param subject the kernel in words, such as {@code matmul 384x768x768}
 * @param candidate its name in its space
 * @param schedule its steps, as text
 * @param status how the trial ended
 * @param nanos of a run; NaN where none was timed
 * @param remark why it was not timed, or what was odd about it
 * @param session in which it was tried: only times of one session may be held against each other; empty where that is not known
 * @param at when, as ISO-8601 has it
 */
public record TuningRecord(
        RecordKey key,
        Map<String, Long> sizes,
        String subject,
        String candidate,
        String schedule,
        TrialStatus status,
        double nanos,
        String remark,
        String session,
        String at) {
    /** The form of a line; lines of another are skipped. */
    private static final String FORMAT = "1";

    /** What fields begin with that give a symbol's value, the symbol's name following. */
    private static final String SIZE = "size ";

    private static final JsonFactory JSON = new JsonFactory();

    public TuningRecord {
        sizes = Map.copyOf(sizes);
    }

    /** A name for a session: one search for one kernel, whose candidates are timed one after the other. */
    public static String newSession() {
        return UUID.randomUUID().toString();
    }

    /** The record of {@code outcome} in {@code session}, as of now. */
    public static TuningRecord of(
            RecordKey key, Map<String, Long> sizes, String subject, TrialOutcome outcome, String session) {
        return new TuningRecord(
                key,
                sizes,
                subject,
                outcome.candidate().name(),
                SchedulePrinter.print(outcome.candidate().schedule()),
                outcome.status(),
                outcome.nanos(),
                outcome.remark(),
                session,
                Instant.now().toString());
    }

    /** Whether there is a time. */
    boolean isMeasured() {
        return status == TrialStatus.MEASURED;
    }

    /** One line of JSON, without its end. */
    String line() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeStringField("signature", key.signature());
            json.writeStringField("device", key.device());
            json.writeStringField("versions", key.versions());
            for (Map.Entry<String, Long> size : new TreeMap<>(sizes).entrySet()) {
                json.writeNumberField(SIZE + size.getKey(), size.getValue());
            }
            json.writeStringField("subject", subject);
            json.writeStringField("candidate", candidate);
            json.writeStringField("schedule", schedule);
            json.writeStringField("status", status.text());
            if (status == TrialStatus.MEASURED) {
                json.writeNumberField("nanos", nanos);
            }
            json.writeStringField("remark", remark);
            json.writeStringField("session", session);
            json.writeStringField("at", at);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** Whether a line that {@link #line} made may be of {@code device}, told without parsing it. */
    static Predicate<String> mentions(String device) {
        String quoted = '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(device)) + '"';
        return line -> line.contains(quoted);
    }

    /** The record that {@code line} is; empty if it is none. */
    static Optional<TuningRecord> parse(String line) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (!json.nextToken().isScalarValue()) {
                    return Optional.empty();
                }
                fields.put(name, json.getText());
            }
            return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null
                    ? of(fields)
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static Optional<TuningRecord> of(Map<String, String> fields) {
        for (String wanted : new String[] {
            "signature", "device", "versions", "subject", "candidate", "schedule", "status", "remark", "at"
        }) {
            if (!fields.containsKey(wanted)) {
                return Optional.empty();
            }
        }
        TrialStatus status = TrialStatus.valueOf(fields.get("status").toUpperCase(Locale.ROOT));
        double nanos =
                status == TrialStatus.MEASURED ? Double.parseDouble(fields.getOrDefault("nanos", "none")) : Double.NaN;
        boolean isTime = nanos > 0 && Double.isFinite(nanos);
        if (!FORMAT.equals(fields.get("format")) || status == TrialStatus.MEASURED && !isTime) {
            return Optional.empty();
        }
        Map<String, Long> sizes = new HashMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(SIZE)) {
                sizes.put(name.substring(SIZE.length()), Long.parseLong(value));
            }
        });
        return Optional.of(new TuningRecord(
                new RecordKey(fields.get("signature"), fields.get("device"), fields.get("versions")),
                sizes,
                fields.get("subject"),
                fields.get("candidate"),
                fields.get("schedule"),
                status,
                nanos,
                fields.get("remark"),
                fields.getOrDefault("session", ""),
                fields.get("at")));
    }
}
