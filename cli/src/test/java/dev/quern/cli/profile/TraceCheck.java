package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.cli.bench.JsonTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a file against the Trace Event Format ("Trace Event Format", Google 2016: the object form, complete and metadata events) and
 * what Perfetto's importer asks besides: spans of a track either follow or lie in one another, and tracks have names.
 */
public final class TraceCheck {
    private static final double ROUNDING = 1e-3;

    private TraceCheck() {}

    /** Fails if {@code file} is no such trace; gives the names of its spans. */
    public static List<String> names(Path file) throws IOException {
        Map<?, ?> root = (Map<?, ?>) JsonTree.read(file);
        assertTrue(Set.of("ms", "ns").contains(root.get("displayTimeUnit")), "displayTimeUnit");
        List<String> names = new ArrayList<>();
        Set<Object> named = new HashSet<>();
        Map<Object, Deque<Double>> open = new HashMap<>();
        Map<Object, Double> latest = new HashMap<>();
        boolean process = false;
        for (Object entry : (List<?>) root.get("traceEvents")) {
            Map<?, ?> event = (Map<?, ?>) entry;
            String name = (String) event.get("name");
            assertNotNull(name, event.toString());
            Object process1 = whole(event, "pid");
            Object track = List.of(process1, whole(event, "tid"));
            Map<?, ?> args = (Map<?, ?>) event.get("args");
            switch ((String) event.get("ph")) {
                case "M" -> {
                    assertTrue(Set.of("process_name", "thread_name").contains(name), name);
                    assertTrue(args.get("name") instanceof String, event.toString());
                    process |= name.equals("process_name");
                    if (name.equals("thread_name")) {
                        assertTrue(named.add(track), "a track has one name: " + event);
                    }
                }
                case "X" -> {
                    assertTrue(event.get("cat") instanceof String, event.toString());
                    double begin = (Double) event.get("ts");
                    double end = begin + (Double) event.get("dur");
                    assertTrue(begin >= latest.getOrDefault(track, 0.0) && end >= begin, event.toString());
                    latest.put(track, begin);
                    Deque<Double> ends = open.computeIfAbsent(track, key -> new ArrayDeque<>());
                    while (!ends.isEmpty() && ends.peek() <= begin + ROUNDING) {
                        ends.pop();
                    }
                    assertTrue(ends.isEmpty() || end <= ends.peek() + ROUNDING, "spans cross: " + event);
                    ends.push(end);
                    names.add(name);
                }
                default -> throw new AssertionError("a phase that is not written: " + event);
            }
        }
        assertTrue(process, "the process has a name");
        assertEquals(named, open.keySet().isEmpty() ? Set.of() : open.keySet(), "every track has a name and spans");
        return names;
    }

    private static Object whole(Map<?, ?> event, String field) {
        double number = (Double) event.get(field);
        assertEquals(Math.rint(number), number, event.toString());
        return number;
    }
}
