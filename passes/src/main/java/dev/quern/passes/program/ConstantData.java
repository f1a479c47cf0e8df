package dev.quern.passes.program;

import dev.quern.ir.Layout;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.kernel.Buffer;
import java.util.List;
import java.util.Optional;

/**
 * How the program holds a constant.
 *
 * @param literal the elements, row-major
 * @param packing how they are rearranged at load, if they are
 * @param storage array or native segment
 */
public record ConstantData(Literal literal, Optional<Packing> packing, Buffer.Storage storage) {
    /**
     * A rearranged view of the literal: element {@code (i, j, …)} of the packed constant is the literal's element at
     * {@code offset + i*strides[0] + j*strides[1] + …}, put where {@code layout} says; what the layout pads is zero.
     *
     * @param extents extents of the packed constant
     * @param strides distance in the literal between neighbours along each axis, in elements
     * @param offset the first element
     * @param layout where elements go; all its dims are constant
     */
    public record Packing(List<Long> extents, List<Long> strides, long offset, Layout layout) {
        public Packing {
            extents = List.copyOf(extents);
            strides = List.copyOf(strides);
        }
    }
}
