package dev.quern.acceptance.generate;

import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Windows over spatial axes and the attributes that say so.
 *
 * @param attributes of the node
 * @param result the spatial axes of the result
 */
record Windows(Map<String, OnnxAttribute> attributes, List<Axis> result) {
    /** Some window of these extents that fits at least once, in every run. */
    static Windows over(GraphDraft draft, List<Axis> space, long[] extents, boolean pool) {
        int rank = space.size();
        long[] strides = new long[rank];
        long[] dilations = new long[rank];
        long[] pads = new long[2 * rank];
        boolean dilated = draft.chance(0.2) && (!pool || draft.opset() >= 19);
        for (int axis = 0; axis < rank; axis++) {
            strides[axis] = draft.pick(List.of(1L, 1L, 1L, 2L, 3L));
            dilations[axis] = dilated ? draft.between(1, 2) : 1;
        }
        String auto = draft.pick(List.of("NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"));
        boolean explicit = auto.equals("NOTSET");
        if (explicit) {
            for (int side = 0; side < pads.length; side++) {
                // Pools may not have windows of padding alone.
                pads[side] = draft.below((int) (pool ? extents[side % rank] : extents[side % rank] + 1));
            }
        }
        boolean ceil = pool && explicit && draft.chance(0.25);
        List<Axis> result = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            long reach = (extents[axis] - 1) * dilations[axis] + 1;
            long stride = strides[axis];
            long padding = pads[axis] + pads[axis + rank];
            long before = pads[axis];
            boolean same = auto.startsWith("SAME");
            Axis extent = space.get(axis);
            Unfit.unless(extent.least() > 0 && (same || extent.least() + padding >= reach));
            result.add(extent.map(size -> {
                if (same) {
                    return Math.ceilDiv(size, stride);
                }
                long free = size + padding - reach;
                long count = (ceil ? Math.ceilDiv(free, stride) : free / stride) + 1;
                return ceil && (count - 1) * stride >= size + before ? count - 1 : count;
            }));
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("kernel_shape", OnnxAttribute.ofInts(extents));
        attributes.put("strides", OnnxAttribute.ofInts(strides));
        if (Arrays.stream(dilations).anyMatch(dilation -> dilation != 1)) {
            attributes.put("dilations", OnnxAttribute.ofInts(dilations));
            Unfit.unless(!auto.startsWith("SAME"));
        }
        if (explicit) {
            attributes.put("pads", OnnxAttribute.ofInts(pads));
        } else {
            attributes.put("auto_pad", OnnxAttribute.of(auto));
        }
        if (ceil) {
            attributes.put("ceil_mode", OnnxAttribute.of(1));
        }
        return new Windows(attributes, result);
    }

    /** Extents of a window. */
    static long[] extents(GraphDraft draft, int rank) {
        long[] extents = new long[rank];
        Arrays.setAll(extents, axis -> draft.pick(List.of(1L, 2L, 3L, 3L, 4L, 5L)));
        return extents;
    }

    /** Spatial axes, small where there are many. */
    static List<Axis> space(GraphDraft draft, int rank) {
        List<Axis> space = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            space.add(draft.chance(0.5) ? draft.world().axis() : draft.fixed(draft.between(1, 12)));
        }
        return space;
    }
}
