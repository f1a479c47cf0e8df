package dev.quern.cli.profile;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.cli.bench.Tier;
import java.io.IOException;
import java.util.Map;

/** A profile as JSON. */
public final class ProfileJson {
    private ProfileJson() {}

    /** Writes {@code profile} inside an object. */
    public static void write(JsonGenerator json, Profile profile) throws IOException {
        json.writeNumberField("run_ms", profile.milliseconds());
        json.writeNumberField("run_alone_ms", profile.alone());
        json.writeNumberField("steps_ms", profile.sum());
        json.writeNumberField("runs", profile.runs());
        json.writeNumberField("fma_gflops", profile.condition().before().gigaflops());
        json.writeNumberField("memory_gbs", profile.condition().before().gigabytesPerSecond());
        json.writeArrayFieldStart("disturbances");
        for (String reason : profile.condition().disturbances()) {
            json.writeString(reason);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("rows");
        for (ProfileRow row : profile.rows()) {
            json.writeStartObject();
            json.writeStringField("name", row.name());
            json.writeStringField("template", row.template());
            json.writeStringField("nodes", row.origin());
            json.writeNumberField("steps", row.steps());
            json.writeNumberField("ms", row.milliseconds());
            json.writeNumberField("share", row.share());
            if (row.work().isPresent()) {
                work(json, row.work().get());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void work(JsonGenerator json, ProfileRow.RowWork work) throws IOException {
        json.writeNumberField("operations", work.cost().operations());
        json.writeNumberField("bytes_read", work.cost().read());
        json.writeNumberField("bytes_written", work.cost().written());
        json.writeNumberField("gflops", work.gigaflops());
        json.writeNumberField("gbs", work.gigabytes());
        if (work.roofline().isPresent()) {
            json.writeNumberField("roofline_share", work.roofline().getAsDouble());
        }
        json.writeNumberField("parallel_extent", work.extent());
        json.writeNumberField("participants", work.participants());
        json.writeStringField("compiled", work.tiers().words());
        json.writeObjectFieldStart("methods");
        for (Map.Entry<String, Tier> method : work.tiers().methods().entrySet()) {
            json.writeStringField(method.getKey(), method.getValue().words());
        }
        json.writeEndObject();
    }
}
