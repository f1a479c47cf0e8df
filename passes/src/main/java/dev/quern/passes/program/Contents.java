package dev.quern.passes.program;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What lies where while a program runs: for each piece of memory, which value each of its ranges was last written as. */
final class Contents {
    private record HeldRun(long to, String value) {}

    private final Map<String, TreeMap<Long, HeldRun>> memories = new HashMap<>();

    /** From now on {@code area} holds elements of {@code value}; the gaps between very many too, which are taken for the value's. */
    void put(Area area, String value) {
        if (area.isFine()) {
            put(area.memory(), area.from(), area.to(), value);
            return;
        }
        for (long[] run : area.runs()) {
            put(area.memory(), run[0], run[1], value);
        }
    }

    private void put(String memory, long from, long to, String value) {
        TreeMap<Long, HeldRun> held = memories.computeIfAbsent(memory, name -> new TreeMap<>());
        split(held, from);
        split(held, to);
        held.subMap(from, to).clear();
        held.put(from, new HeldRun(to, value));
    }

    private static void split(TreeMap<Long, HeldRun> held, long at) {
        Map.Entry<Long, HeldRun> around = held.lowerEntry(at);
        if (around != null && around.getValue().to() > at) {
            held.put(at, around.getValue());
            held.put(around.getKey(), new HeldRun(at, around.getValue().value()));
        }
    }

    /** What lies in {@code area} that is not {@code admitted}, or that nothing does; empty if all is, or it is too fine to tell. */
    Optional<String> intruder(Area area, Predicate<String> admitted) {
        if (area.isFine()) {
            return Optional.empty();
        }
        for (long[] run : area.runs()) {
            Optional<String> found = intruder(area.memory(), run[0], run[1], admitted);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> intruder(String memory, long from, long to, Predicate<String> admitted) {
        TreeMap<Long, HeldRun> held = memories.getOrDefault(memory, new TreeMap<>());
        long at = from;
        while (at < to) {
            Map.Entry<Long, HeldRun> here = held.floorEntry(at);
            if (here == null || here.getValue().to() <= at) {
                return Optional.of("nothing at " + at);
            }
            if (!admitted.test(here.getValue().value())) {
                return Optional.of(here.getValue().value() + " at " + at);
            }
            at = here.getValue().to();
        }
        return Optional.empty();
    }
}
