package dev.quern.cli.profile;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.runtime.KernelRun;
import dev.quern.runtime.PartRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run as a trace: a track of the run and its steps, and a track of each thread that worked on kernels. Written in the form of
 * Chrome's Trace Event Format (complete and metadata events), which Perfetto opens.
 *
 * @param events spans of time, those that begin first and last longest first
 */
public record Trace(List<Event> events) {
    private static final int PROCESS = 1;
    private static final String RUN = "run";

    /**
     * A span of time.
     *
     * @param track the track's name
     * @param name what is done
     * @param category of what kind that is
     * @param begin nanoseconds since the run began
     * @param nanoseconds how long
     * @param facts what else is to be shown
     */
    public record Event(
            String track, String name, String category, long begin, long nanoseconds, Map<String, Object> facts) {}

    public Trace {
        events = events.stream()
                .sorted(Comparator.comparingLong(Event::begin)
                        .thenComparing(
                                Comparator.comparingLong(Event::nanoseconds).reversed()))
                .toList();
    }

    static Trace of(StepTimes run) {
        List<Event> events = new ArrayList<>();
        events.add(new Event(RUN, RUN, RUN, 0, run.nanoseconds(), Map.of()));
        for (StepTimes.TimedStep step : run.steps()) {
            String name = StepName.of(step.run().step());
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("nodes", StepName.origin(step.run().step()));
            step.run().kernel().ifPresent(kernel -> facts.putAll(facts(kernel)));
            events.add(new Event(
                    RUN,
                    name,
                    step.run().kernel().isPresent() ? "kernel" : "step",
                    step.run().begin() - run.begin(),
                    step.run().nanoseconds(),
                    facts));
            for (PartRun part : step.parts()) {
                events.add(new Event(
                        "thread " + part.thread().getName(),
                        name,
                        "part",
                        part.begin() - run.begin(),
                        part.nanoseconds(),
                        Map.of("from", part.from(), "to", part.to())));
            }
        }
        return new Trace(events);
    }

    private static Map<String, Object> facts(KernelRun kernel) {
        Map<String, Object> facts = new LinkedHashMap<>();
        List<String> symbols = kernel.executable().kernel().symbols();
        for (int i = 0; i < symbols.size(); i++) {
            facts.put(symbols.get(i), kernel.symbols()[i]);
        }
        facts.put("parallel extent", kernel.extent());
        facts.put("participants", (long) kernel.participants());
        return facts;
    }

    /** Writes it inside an object; {@code process} is what was run. */
    public void write(JsonGenerator json, String process) throws IOException {
        Map<String, Integer> tracks = new LinkedHashMap<>();
        tracks.put(RUN, 1);
        events.forEach(event -> tracks.putIfAbsent(event.track(), tracks.size() + 1));
        json.writeStringField("displayTimeUnit", "ms");
        json.writeArrayFieldStart("traceEvents");
        metadata(json, "process_name", 0, process);
        for (Map.Entry<String, Integer> track : tracks.entrySet()) {
            metadata(json, "thread_name", track.getValue(), track.getKey());
        }
        for (Event event : events) {
            json.writeStartObject();
            json.writeStringField("name", event.name());
            json.writeStringField("cat", event.category());
            json.writeStringField("ph", "X");
            json.writeNumberField("ts", event.begin() / 1e3);
            json.writeNumberField("dur", event.nanoseconds() / 1e3);
            json.writeNumberField("pid", PROCESS);
            json.writeNumberField("tid", tracks.get(event.track()));
            json.writeObjectFieldStart("args");
            for (Map.Entry<String, Object> fact : event.facts().entrySet()) {
                switch (fact.getValue()) {
                    case Long number -> json.writeNumberField(fact.getKey(), number);
                    case Object text -> json.writeStringField(fact.getKey(), text.toString());
                }
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void metadata(JsonGenerator json, String kind, int track, String name) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", kind);
        json.writeStringField("ph", "M");
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", track);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }
}
