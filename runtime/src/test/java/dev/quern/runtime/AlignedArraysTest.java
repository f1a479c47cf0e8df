package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlignedArraysTest {
    private static final int REGION = 1 << 16;
    private static final ArrayAlignment PLAIN = new ArrayAlignment(REGION, false);
    private static final ArrayAlignment COMPACT = new ArrayAlignment(REGION, true);

    private static long bytes(Object array) {
        return ArrayKind.segment(array).byteSize();
    }

    private static void assertOnLine(AlignedArrays.LinePlace place, ArrayAlignment alignment, DType dtype) {
        long header = alignment.compactHeaders() && dtype.bits() < 64 ? 12 : 16;
        assertTrue(header + bytes(place.array()) > REGION / 2, "a smaller one has no region of its own");
        assertEquals(0, (header + dtype.byteSize(place.first())) % ArrayAlignment.LINE_BYTES);
    }

    @Test
    void aLargeTensorHasAnArrayOfItsOwn() {
        for (ArrayAlignment alignment : List.of(PLAIN, COMPACT)) {
            for (DType dtype : List.of(DType.F32, DType.F64, DType.I8, DType.F16, DType.BF16, DType.I64)) {
                long elements = REGION / 2 * 8L / dtype.bits();
                AlignedArrays.LinePlace place = new AlignedArrays(alignment).allocate(dtype, elements, "a test");
                assertOnLine(place, alignment, dtype);
                assertEquals(elements, place.capacity(dtype));
            }
        }
    }

    @Test
    void poisonReachesTheLastElement() {
        int elements = REGION / Float.BYTES;
        AlignedArrays.LinePlace place = new AlignedArrays(PLAIN).allocate(DType.F32, elements, "a test");
        float[] array = (float[]) place.array();
        place.poison(DType.F32, 1, elements);
        assertTrue(place.first() > 0 && array[place.first()] == 0);
        for (int i = 1; i < elements; i++) {
            assertTrue(Float.isNaN(array[place.first() + i]), "element " + i);
        }
    }

    @Test
    void smallTensorsShareArraysAndNoPlace() {
        for (ArrayAlignment alignment : List.of(PLAIN, COMPACT)) {
            for (long seed = 0; seed < 50; seed++) {
                share(alignment, new Random(seed), "seed " + seed);
            }
        }
    }

    private static void share(ArrayAlignment alignment, Random random, String where) {
        List<DType> dtypes = List.of(DType.F32, DType.I8, DType.F64);
        AlignedArrays arrays = new AlignedArrays(alignment);
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sizes.add(random.nextInt(5000));
            arrays.expect(dtypes.get(i % 3), sizes.get(i));
        }
        Map<Object, List<AlignedArrays.LinePlace>> known = new IdentityHashMap<>();
        Map<Object, List<Integer>> lengths = new IdentityHashMap<>();
        int shared = 0;
        long held = 0;
        long asked = 0;
        for (int i = 0; i < 200; i++) {
            DType dtype = dtypes.get(i % 3);
            AlignedArrays.LinePlace place = arrays.allocate(dtype, sizes.get(i), "a test");
            assertTrue(place.capacity(dtype) >= sizes.get(i), where);
            List<AlignedArrays.LinePlace> before = known.computeIfAbsent(place.array(), array -> new ArrayList<>());
            List<Integer> lengthsBefore = lengths.computeIfAbsent(place.array(), array -> new ArrayList<>());
            for (int j = 0; j < before.size(); j++) {
                assertTrue(
                        place.first() >= before.get(j).first() + lengthsBefore.get(j)
                                || place.first() + sizes.get(i) <= before.get(j).first(),
                        where);
            }
            if (before.isEmpty()) {
                held += bytes(place.array());
            } else {
                shared++;
                assertOnLine(place, alignment, dtype);
            }
            before.add(place);
            lengthsBefore.add(sizes.get(i));
            asked += dtype.byteSize(sizes.get(i));
        }
        assertTrue(shared > 100, where);
        assertTrue(held < 1.1 * asked + 200 * 64, where + ": " + held + " bytes for " + asked);
    }

    @Test
    void whatFillsNoArrayThatIsAlignedHasPlainOnes() {
        AlignedArrays arrays = new AlignedArrays(PLAIN);
        arrays.expect(DType.F32, 1000);
        arrays.expect(DType.F32, 2000);
        AlignedArrays.LinePlace one = arrays.allocate(DType.F32, 1000, "a test");
        AlignedArrays.LinePlace other = arrays.allocate(DType.F32, 2000, "a test");
        assertEquals(4000, bytes(one.array()));
        assertEquals(0, one.first());
        assertNotSame(one.array(), other.array());
    }

    @Test
    void packedElementsAndShortTensorsLiePlain() {
        AlignedArrays arrays = new AlignedArrays(PLAIN);
        assertEquals(0, arrays.allocate(DType.I4, 4L * REGION, "a test").first());
        assertEquals(0, arrays.allocate(DType.C128, REGION, "a test").first());
        assertEquals(0, arrays.allocate(DType.F32, 1, "a test").first());
    }

    @Test
    void nothingIsSharedWhereNoAddressIsKnown() {
        AlignedArrays arrays = new AlignedArrays(ArrayAlignment.UNKNOWN);
        for (int elements : new int[] {0, 1, 5000, 5000, 1 << 20}) {
            arrays.expect(DType.F32, elements);
        }
        for (int elements : new int[] {0, 1, 5000, 5000, 1 << 20}) {
            AlignedArrays.LinePlace place = arrays.allocate(DType.F32, elements, "a test");
            assertEquals(0, place.first());
            assertEquals(4L * elements, bytes(place.array()));
        }
    }

    @Test
    void thisJvmIsAskedOnce() {
        assertSame(ArrayAlignment.ofThisJvm(), ArrayAlignment.ofThisJvm());
    }
}
