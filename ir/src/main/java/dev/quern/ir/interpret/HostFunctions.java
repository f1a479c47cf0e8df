package dev.quern.ir.interpret;

import dev.quern.ModelException;
import dev.quern.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The operations that {@link dev.quern.ir.graph.Op.Host} names: those whose result's shape depends on values. Operands and
 * attributes are those of the ONNX operator that each stands for; an operand that ONNX lets be absent may be left off at the end.
 *
 * <pre>
 * ReshapeTo(x, shape; allowzero)         Reshape          NonZero(x)                             NonZero
 * BroadcastTo(x, shape)                  Expand           Unique(x; axis, sorted)                Unique
 * SliceBy(x, starts, ends, axes, steps)  Slice            Compress(x, condition; axis)           Compress
 * PadBy(x, pads, value, axes; mode)      Pad              TopKBy(x, k; axis, largest, sorted)    TopK
 * RangeBy(start, limit, delta)           Range            OneHotTo(indices, depth, values; axis) OneHot
 * FillTo(shape, value)                   ConstantOfShape  SplitBy(x, split; axis)                Split
 * TileBy(x, repeats)                     Tile             ResizeTo(x, roi, scales, sizes; …)     Resize
 * NonMaxSuppression(boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold; center_point_box)
 * </pre>
 *
 * <p>{@code SetOfAxes(axes; rank)} gives the sum of 2^axis over the axes, as the first extent of a tensor of no elements, and
 * {@code Undecided(x, set)} stands for an operator on x until a program made for that set takes its place; it is never run.
 * {@code Refuse(any...; message)} stands for the rest of a model that does not take what its operands have found out.
 */
public final class HostFunctions {
    /** A host operation. */
    @FunctionalInterface
    interface Function {
        List<Tensor> run(HostAttributes attributes, Evaluation call);
    }

    private static final Map<String, Function> TABLE = Map.ofEntries(
            Map.entry("ReshapeTo", HostShapes::reshape),
            Map.entry("BroadcastTo", HostShapes::broadcast),
            Map.entry("SliceBy", HostShapes::slice),
            Map.entry("PadBy", HostShapes::pad),
            Map.entry("RangeBy", HostShapes::range),
            Map.entry("FillTo", HostShapes::fill),
            Map.entry("TileBy", HostShapes::tile),
            Map.entry("SplitBy", HostShapes::split),
            Map.entry("ResizeTo", HostResize::resize),
            Map.entry("SetOfAxes", HostAxes::set),
            Map.entry("Undecided", HostAxes::undecided),
            Map.entry("Refuse", HostFunctions::refuse),
            Map.entry("NonZero", HostSelection::nonZero),
            Map.entry("Unique", HostSelection::unique),
            Map.entry("Compress", HostSelection::compress),
            Map.entry("TopKBy", HostSelection::topK),
            Map.entry("OneHotTo", HostSelection::oneHot),
            Map.entry("NonMaxSuppression", NonMaxSuppression::run));

    private HostFunctions() {}

    /** The names that {@link dev.quern.ir.graph.Op.Host} may have. */
    public static Set<String> names() {
        return TABLE.keySet();
    }

    private static List<Tensor> refuse(HostAttributes attributes, Evaluation call) {
        throw call.invalid(attributes.text("message", "sizes that do not fit the model"));
    }

    static List<Tensor> run(String name, HostAttributes attributes, Evaluation call) {
        Function function = TABLE.get(name);
        if (function == null) {
            throw new ModelException(ModelException.Code.UNSUPPORTED, call.where(), "no host operation " + name);
        }
        return function.run(attributes, call);
    }
}
