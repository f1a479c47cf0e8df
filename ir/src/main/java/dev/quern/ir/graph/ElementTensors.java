package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Between constant tensors and lists of {@link KnownElement}s. */
final class ElementTensors {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ElementTensors() {}

    /** Whether tensors of {@code dtype} are tracked. */
    static boolean tracks(DType dtype) {
        return dtype == DType.I64
                || dtype == DType.I32
                || dtype == DType.BOOL
                || dtype == DType.F32
                || dtype == DType.F64;
    }

    /** The elements of a tensor of a tracked type. */
    static List<KnownElement> read(Tensor tensor) {
        List<KnownElement> elements = new ArrayList<>();
        for (long i = 0; i < tensor.elements(); i++) {
            elements.add(read(tensor.segment(), tensor.dtype(), i));
        }
        return elements;
    }

    private static KnownElement read(MemorySegment data, DType dtype, long index) {
        return switch (dtype) {
            case I64 -> KnownElement.whole(Dim.of(data.getAtIndex(LONG, index)));
            case I32 -> KnownElement.whole(Dim.of(data.getAtIndex(INT, index)));
            case BOOL -> KnownElement.truth(data.get(ValueLayout.JAVA_BYTE, index) != 0);
            case F32 -> KnownElement.real(data.getAtIndex(FLOAT, index));
            default -> KnownElement.real(data.getAtIndex(DOUBLE, index));
        };
    }

    /** A tensor of an integer or boolean type, if all elements are constant. */
    static Optional<Tensor> write(List<KnownElement> elements, DType dtype, long[] shape) {
        long[] values = new long[elements.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(elements.get(i) instanceof KnownElement.Fraction(Dim numerator, long denominator))
                    || denominator != 1
                    || !numerator.isConstant()) {
                return Optional.empty();
            }
            values[i] = numerator.constant();
        }
        return SmallConstants.tensor(dtype, values, shape);
    }
}
