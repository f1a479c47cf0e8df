package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/**
 * Whether results agree with a peer's, and by which rule.
 *
 * @param comparison what was compared
 * @param spread what the peer differs from itself by; {@link PeerSpread#NONE} where that was not needed
 * @param plain whether the rule without that decided
 */
record PeerVerdict(PeerComparison comparison, PeerSpread spread, boolean plain) {
    static PeerVerdict plain(PeerComparison comparison) {
        return new PeerVerdict(comparison, PeerSpread.NONE, true);
    }

    /** By a comparison that allows what the peer differs from itself by; the plain one stays where there is no such thing. */
    PeerVerdict against(PeerComparison allowing, PeerSpread found) {
        boolean constant = found.outputs().values().stream().allMatch(output -> output.elements() == 0);
        return constant ? this : new PeerVerdict(allowing, found, false);
    }

    boolean agrees() {
        return comparison.agrees();
    }

    /** One line. */
    String sentence(String peer) {
        PeerComparison.OutputComparison worst = comparison.worst();
        String rule = plain
                ? ""
                : String.format(
                        Locale.ROOT,
                        agrees()
                                ? " within %.0f times its own spread of %.3g"
                                : " by more than %.0f times its own spread of %.3g",
                        PeerComparison.MARGIN,
                        spread.of(worst.name()).greatest());
        return (agrees() ? "agrees with " : "DISAGREES with ") + peer + rule + ": " + comparison.largestError();
    }

    void json(PrintStream out, String model, String peer, Map<String, Tensor> inputs) {
        Json.print(out, json -> {
            json.writeStringField("model", model);
            json.writeStringField("peer", peer);
            json.writeBooleanField("agrees", agrees());
            json.writeStringField("rule", plain ? "plain" : "spread");
            json.writeArrayFieldStart("inputs");
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", input.getKey());
                json.writeStringField("type", input.getValue().dtype().label());
                json.writeFieldName("shape");
                json.writeArray(input.getValue().shape(), 0, input.getValue().rank());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("outputs");
            for (PeerComparison.OutputComparison output : comparison.outputs()) {
                json.writeStartObject();
                json.writeStringField("name", output.name());
                json.writeBooleanField("agrees", output.agrees());
                number(json, "largestError", output.worst());
                json.writeStringField("where", output.where());
                number(json, "spread", spread.of(output.name()).greatest());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** What JSON has no number for is a string. */
    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeStringField(name, Double.toString(value));
        }
    }
}
