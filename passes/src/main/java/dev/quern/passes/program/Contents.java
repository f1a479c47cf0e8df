package dev.quern.passes.program;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What lies where while a program runs: for each piece of memory, which value's elements each of its ranges holds. */
final class Contents {
    /** Elements {@code [from, to)} of the memory called {@code memory}. */
    record Area(String memory, long from, long to) {
        boolean isEmpty() {
            return from >= to;
        }

        boolean overlaps(Area other) {
            return memory.equals(other.memory) && !isEmpty() && !other.isEmpty() && from < other.to && other.from < to;
        }

        @Override
        public String toString() {
            return memory + " [" + from + ", " + to + ")";
        }
    }

    private record Held(long to, String value) {}

    private final Map<String, TreeMap<Long, Held>> memories = new HashMap<>();

    /** From now on {@code area} holds elements of {@code value}. */
    void put(Area area, String value) {
        if (area.isEmpty()) {
            return;
        }
        TreeMap<Long, Held> held = memories.computeIfAbsent(area.memory(), name -> new TreeMap<>());
        split(held, area.from());
        split(held, area.to());
        held.subMap(area.from(), area.to()).clear();
        held.put(area.from(), new Held(area.to(), value));
    }

    private static void split(TreeMap<Long, Held> held, long at) {
        Map.Entry<Long, Held> around = held.lowerEntry(at);
        if (around != null && around.getValue().to() > at) {
            held.put(at, around.getValue());
            held.put(around.getKey(), new Held(at, around.getValue().value()));
        }
    }

    /** What else than {@code value} lies in {@code area}; empty if all of it is {@code value}'s. */
    Optional<String> intruder(Area area, String value) {
        if (area.isEmpty()) {
            return Optional.empty();
        }
        TreeMap<Long, Held> held = memories.getOrDefault(area.memory(), new TreeMap<>());
        long at = area.from();
        while (at < area.to()) {
            Map.Entry<Long, Held> here = held.floorEntry(at);
            if (here == null || here.getValue().to() <= at) {
                return Optional.of("nothing at " + at);
            }
            if (!here.getValue().value().equals(value)) {
                return Optional.of(here.getValue().value() + " at " + at);
            }
            at = here.getValue().to();
        }
        return Optional.empty();
    }
}
