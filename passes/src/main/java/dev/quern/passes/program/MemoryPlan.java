package dev.quern.passes.program;

import dev.quern.DType;
import dev.quern.ir.Dim;
import java.util.Map;

/**
 * Where each value of a program lives. There is one arena per storage type; a run takes one of each.
 *
 * @param places by value name
 * @param arenaElements size of each arena in elements, over the symbols of the program's inputs
 */
public record MemoryPlan(Map<String, Place> places, Map<DType, Dim> arenaElements) {
    public MemoryPlan {
        places = Map.copyOf(places);
        arenaElements = Map.copyOf(arenaElements);
    }

    /** Where one value lives. */
    public sealed interface Place {}

    /** Given by the caller. */
    public record Input() implements Place {}

    /** Held by the program. */
    public record Constant() implements Place {}

    /** Allocated for the caller when the run starts, or when its size is known. */
    public record Result() implements Place {}

    /** At {@code offset} of the arena of its element type, in elements. */
    public record Slot(Dim offset) implements Place {}

    /** Inside another value of the same element type, from {@code offset}, in elements. */
    public record Within(String value, Dim offset) implements Place {}

    /** Allocated when its step runs, because its size depends on values computed before. */
    public record Late() implements Place {}
}
