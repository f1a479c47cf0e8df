package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where values under other shapes lie, against where each of their elements does. */
class ViewsTest {
    private static final Dim N = Dim.symbol("n");

    /** The addresses of all elements, in order. */
    private static long[] addresses(Shape shape, Layout layout) {
        long[] extents = shape.asConstant().orElseThrow();
        int count = (int) Arrays.stream(extents).reduce(1, (left, right) -> left * right);
        return IntStream.range(0, count)
                .mapToLong(element -> {
                    List<Dim> at = new ArrayList<>();
                    int rest = element;
                    for (int axis = extents.length - 1; axis >= 0; axis--) {
                        at.addFirst(Dim.of(rest % extents[axis]));
                        rest /= (int) extents[axis];
                    }
                    return layout.address(at).constant();
                })
                .toArray();
    }

    private static Shape random(Random random, int elements) {
        List<Dim> dims = new ArrayList<>();
        int left = elements;
        while (left > 1) {
            int factor = 1 + random.nextInt(left);
            if (left % factor == 0) {
                dims.add(Dim.of(factor));
                left /= factor;
            }
        }
        return new Shape(dims);
    }

    @Test
    void reshapedValuesKeepTheirAddresses() {
        Random random = new Random(3);
        int found = 0;
        int missed = 0;
        for (int round = 0; round < 3_000; round++) {
            Shape from = random(random, 24);
            Shape to = random(random, 24);
            List<Dim> strides = new ArrayList<>();
            Dim stride = Dim.ONE;
            for (int axis = from.rank() - 1; axis >= 0; axis--) {
                strides.addFirst(stride);
                stride = stride.times(from.dim(axis)).times(random.nextInt(3) == 0 ? 2 : 1);
            }
            Layout layout = Layout.joinable(from, strides);
            Optional<Laid> laid = ViewLayouts.reshaped(from, layout, to);
            if (laid.isPresent()) {
                assertTrue(laid.get().offset().is(0));
                assertEquals(
                        Arrays.toString(addresses(from, layout)),
                        Arrays.toString(addresses(to, laid.get().layout())),
                        from + " " + layout + " to " + to);
                found++;
            } else {
                missed++;
            }
        }
        assertTrue(found > 500 && missed > 500, found + " and " + missed);
    }

    @Test
    void axesOfSymbolsAreSplitAndJoined() {
        Shape image = Shape.of(Dim.ONE, N, N, Dim.of(32));
        Layout part = Layout.joinable(image, List.of(Dim.ONE, N.times(96), Dim.of(96), Dim.ONE));
        Shape rows = Shape.of(N.times(N), Dim.of(4), Dim.of(8));
        Layout expected = Layout.strided(rows, List.of(Dim.of(96), Dim.of(8), Dim.ONE));
        assertEquals(
                expected, ViewLayouts.reshaped(image, part, rows).orElseThrow().layout());
        assertEquals(
                part, ViewLayouts.reshaped(rows, expected, image).orElseThrow().layout());
        assertEquals(
                Optional.empty(),
                ViewLayouts.reshaped(image, part, Shape.of(N.times(N).times(32))));
    }

    @Test
    void axesOfOneElementHaveTheStridesThatJoinThem() {
        Shape shape = Shape.of(Dim.ONE, N, Dim.ONE, Dim.of(4), Dim.ONE);
        List<Dim> strides = List.of(Dim.of(99), Dim.of(4), Dim.of(77), Dim.ONE, Dim.of(55));
        assertEquals(Layout.rowMajor(shape), Layout.joinable(shape, strides));
    }
}
