package dev.quern.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Points within ranges, at which a claim that does not hold is likely to fail. */
final class DimSamples {
    private static final long[] SCALES = {1, 5, 97};

    private final List<ToLongFunction<String>> points;

    private DimSamples(List<ToLongFunction<String>> points) {
        this.points = points;
    }

    static DimSamples of(List<String> order, Map<String, Dim> extents, Map<String, Long> least) {
        List<ToLongFunction<String>> points = new ArrayList<>();
        for (long scale : SCALES) {
            for (int corner = 0; corner < 4; corner++) {
                add(points, order, extents, least, scale, corner);
            }
        }
        return new DimSamples(points);
    }

    private static void add(
            List<ToLongFunction<String>> points,
            List<String> order,
            Map<String, Dim> extents,
            Map<String, Long> least,
            long scale,
            int corner) {
        Map<String, Long> variables = new HashMap<>();
        ToLongFunction<String> point = name -> {
            Long value = variables.get(name);
            return value != null ? value : least.getOrDefault(name, 0L) + scale + Math.floorMod(name.hashCode(), 3);
        };
        try {
            for (int i = 0; i < order.size(); i++) {
                long extent = extents.get(order.get(i)).evaluate(point);
                if (extent <= 0) {
                    return;
                }
                boolean last = corner == 3 || (corner != 0 && (i & 1) == (corner & 1));
                variables.put(order.get(i), last ? extent - 1 : 0);
            }
            points.add(point);
        } catch (ArithmeticException undefined) {
            // No value, no sample.
        }
    }

    /** Whether {@code dim} is negative at one of the points. */
    boolean refute(Dim dim) {
        for (ToLongFunction<String> point : points) {
            try {
                if (dim.evaluate(point) < 0) {
                    return true;
                }
            } catch (ArithmeticException undefined) {
                // Says nothing.
            }
        }
        return false;
    }
}
