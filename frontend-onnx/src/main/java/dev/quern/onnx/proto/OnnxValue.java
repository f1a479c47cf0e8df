package dev.quern.onnx.proto;

import dev.quern.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A value that a file of test data may hold: a tensor, a list of values, or a value that may be absent. */
public sealed interface OnnxValue {
    /** {@code TensorProto}. */
    record Dense(String name, Tensor tensor) implements OnnxValue {
        public Dense {
            Objects.requireNonNull(name);
            Objects.requireNonNull(tensor);
        }
    }

    /** {@code SequenceProto}. */
    record Sequence(String name, List<OnnxValue> elements) implements OnnxValue {
        public Sequence {
            Objects.requireNonNull(name);
            elements = List.copyOf(elements);
        }
    }

    /** {@code OptionalProto}. */
    record Maybe(String name, Optional<OnnxValue> value) implements OnnxValue {
        public Maybe {
            Objects.requireNonNull(name);
            Objects.requireNonNull(value);
        }
    }
}
