package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.passes.program.ConstantData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the definition: element by element, at the address that the layout gives. */
class ConstantPackerTest {
    private static final List<DType> TYPES = List.of(DType.F64, DType.F32, DType.F16, DType.I8, DType.U4, DType.I2);

    private static int bits(byte[] bytes, long element, int width) {
        int value = 0;
        for (int bit = 0; bit < width; bit++) {
            long at = element * width + bit;
            value = value * 31 + (bytes[(int) (at / 8)] >> (at % 8) & 1);
        }
        return value;
    }

    @Test
    void panelsStridesAndSwizzles() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            DType dtype = TYPES.get(random.nextInt(TYPES.size()));
            long rows = 1 + random.nextInt(9);
            long columns = 1 + random.nextInt(40);
            Layout layout = layout(random, rows, columns);
            boolean transposed = random.nextBoolean();
            List<Long> strides = transposed ? List.of(1L, rows) : List.of(columns, 1L);
            long offset = random.nextInt(3);
            ConstantData.Packing packing = new ConstantData.Packing(List.of(rows, columns), strides, offset, layout);
            byte[] source = new byte[(int) dtype.byteSize(rows * columns + offset)];
            random.nextBytes(source);
            int size = (int) dtype.byteSize(256 + layout.span().constant());
            MemorySegment memory = dtype == DType.F32
                    ? MemorySegment.ofArray(new float[size / Float.BYTES])
                    : MemorySegment.ofArray(new byte[size]);
            new ConstantPacker(packing, dtype).pack(MemorySegment.ofArray(source), memory);
            byte[] target = memory.toArray(ValueLayout.JAVA_BYTE);

            List<Integer> expected = new ArrayList<>();
            List<Integer> found = new ArrayList<>();
            for (long i = 0; i < rows; i++) {
                for (long j = 0; j < columns; j++) {
                    long from = offset + i * strides.get(0) + j * strides.get(1);
                    long plain = layout.address(List.of(Dim.of(i), Dim.of(j))).constant();
                    long to = layout.swizzle()
                            .map(swizzle -> swizzle.apply(plain))
                            .orElse(plain);
                    expected.add(bits(source, from, dtype.bits()));
                    found.add(bits(target, to, dtype.bits()));
                }
            }
            assertArrayEquals(expected.toArray(), found.toArray(), "seed " + seed + ", round " + round + ", " + dtype);
        }
    }

    private static Layout layout(Random random, long rows, long columns) {
        Layout plain = random.nextBoolean()
                ? Layout.rowMajor(Shape.of(rows, columns))
                : Layout.panels(Dim.of(rows), Dim.of(columns), 1L << random.nextInt(5));
        return random.nextInt(4) == 0 ? new Layout(plain.axes(), Optional.of(new Layout.Swizzle(2, 1, 2))) : plain;
    }
}
