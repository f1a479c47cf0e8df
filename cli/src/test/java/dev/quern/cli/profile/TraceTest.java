package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
    @TempDir
    Path folder;

    @Test
    void spansAreWrittenOutermostFirst() throws IOException {
        Trace trace = new Trace(List.of(
                new Trace.Event("run", "inner \"k\"", "kernel", 100, 50, Map.of("nodes", "a\nb", "n", 3L)),
                new Trace.Event("thread main", "inner \"k\"", "part", 110, 40, Map.of("from", 0L)),
                new Trace.Event("run", "outer", "step", 100, 300, Map.of()),
                new Trace.Event("run", "later", "kernel", 400, 1, Map.of()),
                new Trace.Event("run", "run", "run", 0, 1000, Map.of())));
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            trace.write(json, "quern \\ m.onnx");
            json.writeEndObject();
        }
        Path file = Files.writeString(folder.resolve("trace.json"), text.toString());
        assertEquals(List.of("run", "outer", "inner \"k\"", "inner \"k\"", "later"), TraceCheck.names(file));
    }
}
