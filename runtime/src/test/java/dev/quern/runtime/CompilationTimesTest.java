package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.passes.CompilationPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilationTimesTest {
    @TempDir
    Path folder;

    @Test
    void partsAreToldToTheSinkAndTheFlightRecorder() throws IOException {
        List<String> told = new ArrayList<>();
        StageSink sink = new StageSink() {
            @Override
            public void part(CompilationPart part, String name, long nanoseconds) {
                told.add(part + " " + name);
            }
        };
        List<RecordedEvent> events;
        try (Recording recording = new Recording()) {
            recording.enable(CompilationPartEvent.class);
            recording.start();
            assertEquals("made", new CompilationTimes(sink).time(CompilationPart.LOWER, "g", () -> "made"));
            new CompilationTimes(sink).done(CompilationPart.CODE, "k", 5_000);
            recording.stop();
            Path file = folder.resolve("times.jfr");
            recording.dump(file);
            events = RecordingFile.readAllEvents(file);
        }
        assertEquals(List.of("LOWER g", "CODE k"), told);
        assertEquals(
                List.of("lower", "code"),
                events.stream().map(event -> event.getString("part")).toList());
        assertEquals(5_000, events.getLast().getDuration("nanoseconds").toNanos());
    }
}
