package dev.quern.ir.interpret.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which names of a kernel are defined at the place being resolved, and the slots they have in a {@link Frame}. */
final class Scope {
    private record NamedBuffer(Buffer buffer, int slot) {}

    private final String kernel;
    private final Map<String, Integer> values = new HashMap<>();
    private final Map<String, NamedBuffer> buffers = new HashMap<>();
    private int valueSlots;
    private int bufferSlots;
    private int laneSlots;

    Scope(String kernel) {
        this.kernel = kernel;
    }

    int valueSlots() {
        return valueSlots;
    }

    int bufferSlots() {
        return bufferSlots;
    }

    int laneSlots() {
        return laneSlots;
    }

    /** A slot for what lanes give to one reduction. */
    int takeLanes() {
        return laneSlots++;
    }

    /** A name like {@code name} that no buffer here has. */
    String fresh(String name) {
        String fresh = name;
        while (buffers.containsKey(fresh)) {
            fresh += "'";
        }
        return fresh;
    }

    /** Defines an integer name and gives its slot. */
    int define(String name) {
        if (values.putIfAbsent(name, valueSlots) != null) {
            throw bug("defines " + name + " inside " + name);
        }
        return valueSlots++;
    }

    /** Ends the scope of an integer name. */
    void forget(String name) {
        values.remove(name);
    }

    /** Defines a buffer and gives its slot. */
    int define(Buffer buffer) {
        if (buffers.putIfAbsent(buffer.name(), new NamedBuffer(buffer, bufferSlots)) != null) {
            throw bug("defines buffer " + buffer.name() + " inside " + buffer.name());
        }
        return bufferSlots++;
    }

    /** Ends the scope of a buffer. */
    void forget(Buffer buffer) {
        buffers.remove(buffer.name());
    }

    /** The slot of an integer name. */
    int slot(String name) {
        Integer slot = values.get(name);
        if (slot == null) {
            throw bug("uses " + name + ", which is not defined there");
        }
        return slot;
    }

    /** An index over names in scope. */
    IndexCode index(Dim dim) {
        return IndexCode.of(dim, this::slot);
    }

    /** The value in {@code frame} of a dimension over names in scope. */
    IndexCode[] indices(List<Dim> dims) {
        return dims.stream().map(this::index).toArray(IndexCode[]::new);
    }

    /** An element of a buffer in scope. */
    ElementAccess access(String name, List<Dim> indices) {
        NamedBuffer place = buffers.get(name);
        if (place == null) {
            throw bug("uses buffer " + name + ", which is not defined there");
        }
        if (indices.size() != place.buffer.shape().rank()) {
            throw bug("has " + indices.size() + " indices for buffer " + name + " of shape " + place.buffer.shape());
        }
        return new ElementAccess(kernel, place.buffer, place.slot, indices(indices));
    }

    /** A kernel that breaks the rules of the IR; a bug of what made it. */
    IllegalStateException bug(String what) {
        return new IllegalStateException("kernel " + kernel + " " + what);
    }
}
