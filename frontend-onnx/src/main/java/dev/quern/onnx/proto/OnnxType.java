package dev.quern.onnx.proto;

import dev.quern.DType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A type as a model states it ({@code TypeProto}). */
public sealed interface OnnxType {
    /**
     * A tensor.
     *
     * @param dtype element type
     * @param shape one entry per axis; empty where even the rank is not stated
     */
    record OnnxTensorType(DType dtype, Optional<List<Extent>> shape) implements OnnxType {
        public OnnxTensorType {
            Objects.requireNonNull(dtype);
            shape = shape.map(List::copyOf);
        }
    }

    /** A tensor stored by its nonzero elements. */
    record SparseTensorType(DType dtype, Optional<List<Extent>> shape) implements OnnxType {
        public SparseTensorType {
            Objects.requireNonNull(dtype);
            shape = shape.map(List::copyOf);
        }
    }

    /** A list of values of one type. */
    record SequenceType(OnnxType element) implements OnnxType {
        public SequenceType {
            Objects.requireNonNull(element);
        }
    }

    /** A value or nothing. */
    record OptionalType(OnnxType element) implements OnnxType {
        public OptionalType {
            Objects.requireNonNull(element);
        }
    }

    /** A map from integers or strings. */
    record MapType(DType key, OnnxType value) implements OnnxType {
        public MapType {
            Objects.requireNonNull(key);
            Objects.requireNonNull(value);
        }
    }

    /** The extent of an axis. */
    sealed interface Extent {
        /** A number, at least 0. */
        record Known(long value) implements Extent {}

        /** A symbol: the same name is the same number throughout the graph. */
        record Named(String name) implements Extent {}

        /** Any number. */
        record Unknown() implements Extent {}
    }
}
