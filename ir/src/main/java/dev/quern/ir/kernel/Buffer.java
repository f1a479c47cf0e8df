package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Memory that a kernel reads or writes.
 *
 * @param name unique in its kernel
 * @param dtype storage type of an element
 * @param shape extents; every index lies within, or in the padding of a blocked layout
 * @param layout where each element lies, in elements from the buffer's start
 * @param space where the memory is
 * @param storage how the host holds it
 */
public record Buffer(String name, DType dtype, Shape shape, Layout layout, MemorySpace space, Storage storage) {
    /** How the host holds a buffer. */
    public enum Storage {
        /** A Java array of the element's primitive type. */
        ARRAY,
        /** A native memory segment, little-endian. */
        SEGMENT
    }

    public Buffer {
        Objects.requireNonNull(name);
        if (layout.rank() != shape.rank()) {
            throw new IllegalArgumentException(
                    "buffer " + name + ": layout of rank " + layout.rank() + " for shape " + shape);
        }
    }

    /** A row-major global buffer held in an array. */
    public static Buffer global(String name, DType dtype, Shape shape) {
        return global(name, dtype, shape, Layout.rowMajor(shape));
    }

    /** A global buffer held in an array, laid out by {@code layout}. */
    public static Buffer global(String name, DType dtype, Shape shape, Layout layout) {
        return new Buffer(name, dtype, shape, layout, MemorySpace.GLOBAL, Storage.ARRAY);
    }

    /** A row-major register buffer. */
    public static Buffer register(String name, DType dtype, Shape shape) {
        return new Buffer(name, dtype, shape, Layout.rowMajor(shape), MemorySpace.REGISTER, Storage.ARRAY);
    }

    /** This with another layout. */
    public Buffer withLayout(Layout other) {
        return new Buffer(name, dtype, shape, other, space, storage);
    }

    /** This with every extent and stride given by {@code change}. */
    public Buffer withDims(UnaryOperator<Dim> change) {
        Shape sized = new Shape(shape.dims().stream().map(change).toList());
        List<List<Layout.Mode>> axes = layout.axes().stream()
                .map(modes -> modes.stream()
                        .map(mode -> new Layout.Mode(change.apply(mode.extent()), change.apply(mode.stride())))
                        .toList())
                .toList();
        return new Buffer(name, dtype, sized, new Layout(axes, layout.swizzle()), space, storage);
    }

    /** This in another memory. */
    public Buffer withSpace(MemorySpace other) {
        return new Buffer(name, dtype, shape, layout, other, storage);
    }

    /** This with another storage. */
    public Buffer withStorage(Storage other) {
        return new Buffer(name, dtype, shape, layout, space, other);
    }
}
