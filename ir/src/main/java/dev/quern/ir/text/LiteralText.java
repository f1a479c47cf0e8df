package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.NameText;
import dev.quern.ir.graph.Literal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The elements of constants as text. Complex numbers are two elements each. */
final class LiteralText {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LiteralText() {}

    /** The elements if they are few, otherwise their digest. */
    static String of(Literal literal) {
        if (!literal.isInline()) {
            return "#" + literal.digest();
        }
        Tensor tensor = literal.tensor();
        List<String> elements = elements(tensor);
        return tensor.rank() == 0 && elements.size() == 1
                ? elements.getFirst()
                : "[" + String.join(", ", elements) + "]";
    }

    private static List<String> elements(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return tensor.strings().stream().map(NameText::quote).toList();
        }
        DType part = part(tensor.dtype());
        long count = parts(tensor.dtype(), tensor.elements());
        List<String> elements = new ArrayList<>();
        for (long index = 0; index < count; index++) {
            elements.add(ScalarText.element(part, get(tensor.segment(), part, index)));
        }
        return elements;
    }

    /** The type of what is written: that of an element, or of its real and its imaginary part. */
    static DType part(DType dtype) {
        return switch (dtype) {
            case C64 -> DType.F32;
            case C128 -> DType.F64;
            case F64, F32, F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> dtype;
            case I64, I32, I16, I8, I4, I2, U64, U32, U16, U8, U4, U2, BOOL, STRING -> dtype;
        };
    }

    /** How many parts {@code elements} elements have. */
    static long parts(DType dtype, long elements) {
        return dtype.kind() == DType.Kind.COMPLEX ? 2 * elements : elements;
    }

    /** A tensor of the elements that {@code texts} spell; empty if one is no value of {@code dtype}. */
    static MemorySegment memory(DType dtype, List<String> texts) {
        DType part = part(dtype);
        MemorySegment memory = MemorySegment.ofArray(new byte[Math.toIntExact(part.byteSize(texts.size()))]);
        for (int index = 0; index < texts.size(); index++) {
            OptionalLong bits = ScalarText.bits(part, texts.get(index));
            if (bits.isEmpty()) {
                throw new NumberFormatException(texts.get(index));
            }
            set(memory, part, index, bits.getAsLong());
        }
        return memory;
    }

    private static long get(MemorySegment memory, DType dtype, long index) {
        return switch (dtype.bits()) {
            case 64 -> memory.get(LONG, index * 8);
            case 32 -> Integer.toUnsignedLong(memory.get(INT, index * 4));
            case 16 -> Short.toUnsignedLong(memory.get(SHORT, index * 2));
            default -> {
                long bit = index * dtype.bits();
                int octet = Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, bit / 8));
                yield octet >>> bit % 8 & (1 << dtype.bits()) - 1;
            }
        };
    }

    private static void set(MemorySegment memory, DType dtype, long index, long bits) {
        switch (dtype.bits()) {
            case 64 -> memory.set(LONG, index * 8, bits);
            case 32 -> memory.set(INT, index * 4, (int) bits);
            case 16 -> memory.set(SHORT, index * 2, (short) bits);
            default -> {
                long bit = index * dtype.bits();
                byte octet = memory.get(ValueLayout.JAVA_BYTE, bit / 8);
                memory.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (octet | bits << bit % 8));
            }
        }
    }
}
