package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.passes.program.MemoryPlan;
import java.util.List;

/**
 * A value of a program with its place worked out.
 *
 * @param name its name
 * @param dtype element type
 * @param place its own place
 * @param root number of the value whose memory it lies in; its own if none
 * @param delta where it starts in the root's memory, in elements
 * @param elements its size, as far as the program says; null if nothing does
 * @param spans what kernels reach of it, in elements from its start
 */
record PreparedValue(
        String name, DType dtype, MemoryPlan.Place place, int root, Dim delta, Dim elements, List<Dim> spans) {
    PreparedValue {
        spans = List.copyOf(spans);
    }
}
