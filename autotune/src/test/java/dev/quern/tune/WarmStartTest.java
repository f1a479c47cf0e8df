package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarmStartTest {
    private static Candidate candidate(String name) {
        return new Candidate(name, Schedule.NONE);
    }

    private static WarmStart.NearSweep sweep(String shape, Map<String, Double> times) {
        Map<Candidate, Double> each = new HashMap<>();
        times.forEach((name, time) -> each.put(candidate(name), time));
        return new WarmStart.NearSweep(shape, new RecordedSweep(new ArrayList<>(each.keySet()), each));
    }

    private static List<String> order(String shape, List<WarmStart.NearSweep> others) {
        List<Candidate> all = List.of(candidate("a"), candidate("b"), candidate("c"), candidate("d"));
        return WarmStart.order(shape, all, others).stream().map(Candidate::name).toList();
    }

    @Test
    void nearShapesSayWhatIsTriedFirst() {
        WarmStart.NearSweep near = sweep("8x16x32", Map.of("a", 3.0, "b", 1.0, "c", 2.0));
        WarmStart.NearSweep far = sweep("800x1600x32", Map.of("a", 1.0, "b", 1.5, "c", 9.0));
        WarmStart.NearSweep other = sweep("8x16", Map.of("d", 1.0));
        assertEquals(List.of("b", "c", "a", "d"), order("8x16x48", List.of(far, near, other)));
        assertEquals(List.of("a", "b", "c", "d"), order("800x1600x48", List.of(far, near, other)));
        assertEquals(List.of("a", "b", "c", "d"), order("8x16x48", List.of()), "as they were");
    }

    @Test
    void onlyTheNearestAreLookedAt() {
        List<WarmStart.NearSweep> all = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            all.add(sweep("8x16x" + 32 * i, Map.of("c", 1.0, "a", 2.0)));
        }
        for (int i = 1; i <= 99; i++) {
            all.add(sweep("8000x16000x" + i, Map.of("a", 1.0, "c", 50.0)));
        }
        assertEquals("c", order("8x16x64", all).getFirst());
        assertTrue(WarmStart.distance("8x16", "16x8") > WarmStart.distance("8x16", "8x17"));
    }
}
