package dev.quern.tune;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a machine does, read once. Predictions of times rest on it.
 *
 * @param machine processor, processors and Java in words; the record is of nothing else
 * @param vectorBits of a register
 * @param gigaflops float32 multiply-adds from registers of one thread, in GFLOP/s (a multiply-add counts two)
 * @param gigaflopsOfAll the same of all processors together
 * @param forkNanos what it takes to hand a share of a kernel to another thread and to hear that it is done
 * @param levels of the memory, the nearest first; the last is what no cache holds
 */
public record DeviceRecord(
        String machine,
        int vectorBits,
        double gigaflops,
        double gigaflopsOfAll,
        double forkNanos,
        List<MemoryLevel> levels) {
    /** What is taken where nothing was read, a common server: so predictions do not depend on the machine. */
    public static final DeviceRecord STATED = new DeviceRecord(
            "stated",
            512,
            100,
            200,
            5_000,
            List.of(
                    new MemoryLevel(32 << 10, 300),
                    new MemoryLevel(1 << 20, 100),
                    new MemoryLevel(32 << 20, 30),
                    new MemoryLevel(Long.MAX_VALUE, 12)));

    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST_LEVELS = 8;

    /** GFLOP/s and GB/s that no machine does; what claims more is damaged. */
    private static final double MOST_RATE = 1e7;

    private static final double MOST_VECTOR_BITS = 1 << 16;
    private static final double MOST_FORK_NANOS = 1e9;

    /**
     * A level of the memory.
     *
     * @param bytes that it holds; {@link Long#MAX_VALUE} for the last
     * @param gigabytesPerSecond that one thread reads from it
     */
    public record MemoryLevel(long bytes, double gigabytesPerSecond) {
        public MemoryLevel {
            if (bytes < 1 || !(gigabytesPerSecond > 0)) {
                throw new IllegalArgumentException("no level holds " + bytes + " bytes at " + gigabytesPerSecond);
            }
        }
    }

    public DeviceRecord {
        levels = List.copyOf(levels);
        boolean isWhole = gigaflops > 0
                && gigaflopsOfAll > 0
                && forkNanos >= 0
                && vectorBits >= 0
                && !levels.isEmpty()
                && levels.getLast().bytes() == Long.MAX_VALUE;
        if (!isWhole) {
            throw new IllegalArgumentException("no machine does " + gigaflops + ", " + gigaflopsOfAll + " GFLOP/s, "
                    + forkNanos + " ns, " + levels);
        }
    }

    /** Bytes a nanosecond where {@code bytes} are gone through again and again. */
    public double bandwidth(double bytes) {
        return levels.stream()
                .filter(level -> bytes <= level.bytes())
                .findFirst()
                .orElse(levels.getLast())
                .gigabytesPerSecond();
    }

    /** As JSON. */
    public String text() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            write(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStringField("machine", machine);
        json.writeNumberField("vector_bits", vectorBits);
        json.writeNumberField("gflops", gigaflops);
        json.writeNumberField("gflops_of_all", gigaflopsOfAll);
        json.writeNumberField("fork_ns", forkNanos);
        for (int i = 0; i < levels.size(); i++) {
            if (i < levels.size() - 1) {
                json.writeNumberField(
                        "level_" + (i + 1) + "_bytes", levels.get(i).bytes());
            }
            json.writeNumberField("level_" + (i + 1) + "_gbps", levels.get(i).gigabytesPerSecond());
        }
    }

    /** The record that {@code text} is; empty if it is none. */
    static Optional<DeviceRecord> parse(String text) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
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
            if (json.currentToken() != JsonToken.END_OBJECT || !fields.containsKey("machine")) {
                return Optional.empty();
            }
            List<MemoryLevel> levels = new ArrayList<>();
            for (int i = 1; i <= MOST_LEVELS && fields.containsKey("level_" + i + "_gbps"); i++) {
                String bytes = fields.get("level_" + i + "_bytes");
                levels.add(new MemoryLevel(
                        bytes == null ? Long.MAX_VALUE : Long.parseLong(bytes),
                        number(fields, "level_" + i + "_gbps", MOST_RATE)));
            }
            for (int i = 1; i < levels.size(); i++) {
                if (levels.get(i).bytes() <= levels.get(i - 1).bytes()) {
                    return Optional.empty();
                }
            }
            return Optional.of(new DeviceRecord(
                    fields.get("machine"),
                    (int) number(fields, "vector_bits", MOST_VECTOR_BITS),
                    number(fields, "gflops", MOST_RATE),
                    number(fields, "gflops_of_all", MOST_RATE),
                    number(fields, "fork_ns", MOST_FORK_NANOS),
                    levels));
        } catch (IOException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static double number(Map<String, String> fields, String name, double most) {
        double number = Double.parseDouble(fields.getOrDefault(name, "none"));
        if (!(number >= 0 && number <= most)) {
            throw new IllegalArgumentException(name + " is " + number);
        }
        return number;
    }
}
