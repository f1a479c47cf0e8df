package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Encoding;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of the graph level. An operation holds attributes only; {@link Node} holds the operands, whose order
 * each record states. Axes are non-negative and resolved; operands of elementwise operations have equal shapes and
 * types (broadcasts and casts are nodes of their own).
 *
 * <p>What attributes must be by themselves is checked where an operation is made, and what they must be for its operands where a
 * node is typed; a breach of either is a {@link dev.quern.ModelException} of one form.
 *
 * <p>Operations form families, each a sealed interface: a switch over them needs no {@code default}, and one that does not
 * know a new operation does not compile.
 */
public sealed interface Op {
    /** Gives what it states; no operands. */
    sealed interface Source extends Op {}

    /** Computes each element from the elements at the same index. */
    sealed interface Elementwise extends Op {}

    /** Gives elements of its operand at indices that follow from its own by arithmetic alone. */
    sealed interface View extends Op {}

    /** Puts its operands into a larger result. */
    sealed interface Placing extends Op {}

    /** Gives elements of its first operand at indices that are elements of its second. */
    sealed interface Lookup extends Op {}

    /** Gives its first operand with some elements written over: in its place where nothing else needs it as it was. */
    sealed interface Overwriting extends Op {}

    /** Puts its third operand into its first at indices that are elements of its second. */
    sealed interface Scatter extends Overwriting {}

    /** Makes or reads a constant that is held in an {@link dev.quern.ir.Encoding}. */
    sealed interface Encoded extends Op {}

    /** Combines elements along axes. */
    sealed interface Along extends Op {}

    /** Sums products of elements of two operands. */
    sealed interface Product extends Op {}

    /** Combines elements in a neighbourhood. */
    sealed interface Sampling extends Op {}

    /** Stands for many operations, of which it is made before kernels are. */
    sealed interface Composite extends Op {}

    /** Runs graphs. */
    sealed interface Control extends Op {
        /** The same operation on other graphs, in the order of {@link #bodies}. */
        Control withBodies(List<Graph> bodies);
    }

    /** The graphs that this runs, in the order of its record; none if it is no {@link Control}. */
    default List<Graph> bodies() {
        return List.of();
    }

    /** A constant. Operands: none. */
    record Constant(Literal literal) implements Source {}

    /** Elementwise function. Operands: x. */
    record Unary(UnaryOp function) implements Elementwise {}

    /** Elementwise function of two. Operands: left, right. */
    record Binary(BinaryOp function) implements Elementwise {}

    /** Elementwise comparison to bool. Operands: left, right. */
    record Compare(CompareOp relation) implements Elementwise {}

    /** Elementwise choice. Operands: condition (bool), then, otherwise. */
    record Select() implements Elementwise {}

    /**
     * Conversion to {@code to}; to bool compares with zero; floats round to the nearest, halves to even; integers wrap. Floats to
     * integers round to zero; NaN and what is out of range become what x86 gives, and with it ONNX Runtime: as i32 and i64 the
     * least number, as u64 by way of {@code x - 2^63} from there on, as u32 the low bits of the conversion to i64, as 16 and 8 bits the
     * low bits of that to i32. To 4 and 2 bits they round to the nearest, halves away from zero, and keep the low bits.
     * {@code saturate} is ONNX's for 8-bit floats. Operands: x.
     */
    record Cast(DType to, boolean saturate) implements Elementwise {}

    /** The same bits as a type of the same width. Operands: x. */
    record Bitcast(DType to) implements Elementwise {}

    /** The same elements in row-major order under another shape with as many. Operands: x. */
    record Reshape(Shape shape) implements View {}

    /** Axis {@code i} of the result is axis {@code permutation[i]} of x. Operands: x. */
    record Transpose(List<Integer> permutation) implements View {
        public Transpose {
            permutation = List.copyOf(permutation);
            AttributeRules.permutation("Transpose", permutation);
        }
    }

    /** Numpy broadcast of x (aligned at the last axis) to {@code shape}. Operands: x. */
    record Broadcast(Shape shape) implements View {}

    /** Element {@code i} along an axis is {@code start + i*step} of x; {@code shape} is the result's; every read is in range. Operands: x. */
    record Slice(List<Dim> starts, List<Long> steps, Shape shape) implements View {
        public Slice {
            starts = List.copyOf(starts);
            steps = List.copyOf(steps);
            AttributeRules.ranks("Slice", shape.rank(), starts, steps);
            AttributeRules.check(!steps.contains(0L), "Slice", "steps", "none of 0", steps);
        }
    }

    /** Joins along {@code axis}. Operands: one or more. */
    record Concat(int axis) implements Placing {
        public Concat {
            AttributeRules.axis("Concat", axis);
        }
    }

    /** Adds {@code before} and {@code after} elements per axis (not negative). Operands: x, and for CONSTANT a scalar fill. */
    record Pad(PadMode mode, List<Dim> before, List<Dim> after) implements Placing {
        public Pad {
            before = List.copyOf(before);
            after = List.copyOf(after);
            AttributeRules.ranks("Pad", before.size(), after);
            AttributeRules.notNegative("Pad", "padding before", before);
            AttributeRules.notNegative("Pad", "padding after", after);
        }
    }

    /** How {@link Pad} fills. */
    enum PadMode {
        CONSTANT,
        REFLECT,
        EDGE,
        WRAP
    }

    /** Combines over {@code axes}, which the result lacks; over no elements gives the identity. Operands: x. */
    record Reduce(Combiner combiner, List<Integer> axes) implements Along {
        public Reduce {
            axes = List.copyOf(axes);
            AttributeRules.axes("Reduce", axes);
        }
    }

    /**
     * Index (i64) of the greatest or least along {@code axis}, which the result lacks; NaN, the first or last of them, before any
     * number. The axis has elements, or the result has none. Operands: x.
     */
    record ArgReduce(boolean greatest, int axis, boolean lastOfEqual) implements Along {
        public ArgReduce {
            AttributeRules.axis("ArgReduce", axis);
        }
    }

    /** Running combination along {@code axis}. Operands: x. */
    record Cumulate(Combiner combiner, int axis, boolean exclusive, boolean reverse) implements Along {
        public Cumulate {
            AttributeRules.axis("Cumulate", axis);
        }
    }

    /**
     * General batched contraction: axis names as in einsum, each operand's and the result's axes named by a list. Names in
     * both operands and the result are batch axes; in both operands only, contracted; in one operand and the result, free.
     * Every name occurs once per list and in at least two lists. Integer operands may differ in type, and one of 8 bits may stand beside
     * one of f32. Elements are cast to {@code accumulate}, which the sum is in and which is the result's type. Operands: left, right.
     */
    record Contract(List<String> left, List<String> right, List<String> result, DType accumulate) implements Product {
        public Contract {
            left = List.copyOf(left);
            right = List.copyOf(right);
            result = List.copyOf(result);
            AttributeRules.namedAxes("Contract", left, right, result);
        }
    }

    /**
     * Convolution, channels last. Operands: x [N, spatial…, C], w [spatial…, C/groups, M]; result [N, out…, M]. Reads
     * outside x are zero.
     */
    record Convolve(Window window, int groups) implements Product {
        public Convolve {
            AttributeRules.atLeast("Convolve", "groups", 1, groups);
        }
    }

    /** {@link Convolve} by {@linkplain Winograd minimal filtering}. Operands: x [N, H, W, C], u [(tile + 2)², C, M], the weights transformed. */
    record ConvolveWinograd(Window window, Winograd tiles) implements Product {}

    /** Transposed convolution, channels last. Operands: x [N, spatial…, C], w [spatial…, C, M/groups]; {@code shape} is the result's. */
    record ConvolveTransposed(Window window, int groups, Shape shape) implements Product {
        public ConvolveTransposed {
            AttributeRules.atLeast("ConvolveTransposed", "groups", 1, groups);
            AttributeRules.check(
                    shape.rank() == window.rank() + 2,
                    "ConvolveTransposed",
                    "rank of the result",
                    window.rank() + 2,
                    shape);
        }
    }

    /** Maximum, average or p-norm over windows, channels last. Operands: x [N, spatial…, C]. */
    record Pool(PoolKind kind, Window window, boolean countPadding) implements Sampling {}

    /** What {@link Pool} computes. */
    enum PoolKind {
        MAX,
        AVERAGE
    }

    /** Element of x at index (i64; negative counts from the end) along {@code axis}. Operands: x, indices; result x[:axis] + indices.shape + x[axis+1:]. */
    record Gather(int axis) implements Lookup {
        public Gather {
            AttributeRules.axis("Gather", axis);
        }
    }

    /** ONNX GatherElements. Operands: x, indices (i64, shape of the result). */
    record GatherElements(int axis) implements Lookup {
        public GatherElements {
            AttributeRules.axis("GatherElements", axis);
        }
    }

    /** ONNX GatherND. Operands: x, indices (i64). */
    record GatherNd(int batchAxes) implements Lookup {
        public GatherNd {
            AttributeRules.atLeast("GatherNd", "batch axes", 0, batchAxes);
        }
    }

    /** ONNX ScatterElements; no combiner overwrites, later indices winning. Operands: x, indices (i64), updates. */
    record ScatterElements(int axis, ScatterMode mode) implements Scatter {
        public ScatterElements {
            AttributeRules.axis("ScatterElements", axis);
        }
    }

    /** ONNX ScatterND. Operands: x, indices (i64), updates. */
    record ScatterNd(ScatterMode mode) implements Scatter {}

    /**
     * x with a box of its elements written over: the element of update at index {@code i} goes to {@code starts + i}, on {@code axis}
     * further on by the offset for {@code i[0]} if offsets are given, there modulo the extent if {@code circular}. All else is in
     * range, offsets from 0; update is on no axis longer than x. Operands: x, update, and optionally offsets, i64, a scalar or one for each
     * index of update's axis 0.
     */
    record Update(List<Dim> starts, int axis, boolean circular) implements Overwriting {
        public Update {
            starts = List.copyOf(starts);
            AttributeRules.axis("Update", axis);
            AttributeRules.notNegative("Update", "starts", starts);
        }
    }

    /** How a scatter joins updates to what is there. */
    enum ScatterMode {
        OVERWRITE,
        ADD,
        MULTIPLY,
        MIN,
        MAX
    }

    /** The {@code count} greatest or least along {@code axis}, in order; ties by lower index. Operands: x; results: values, indices (i64). */
    record TopK(int axis, Dim count, boolean greatest, boolean sorted) implements Op {
        public TopK {
            AttributeRules.axis("TopK", axis);
            AttributeRules.notNegative("TopK", "count", List.of(count));
        }
    }

    /** A constant of {@code dtype} and {@code shape} that is held in {@code encoding}. Operands: {@linkplain Encoding#parts its parts}, all constants. */
    record Encode(DType dtype, Shape shape, Encoding encoding) implements Encoded {
        public Encode {
            Optional<String> fault = encoding.fault(dtype, shape);
            AttributeRules.check(fault.isEmpty(), "Encode", "encoding", "one that fits", fault.orElse(""));
        }
    }

    /** The elements of an encoded constant, one beside the other. Operands: x. */
    record Decode() implements Encoded {}

    /** {@code saturate(round(x/scale) + zero)}, for NaN the least number; scale and zero are broadcast to x's shape already. Operands: x, scale, zero. */
    record Quantize(DType to) implements Elementwise {}

    /** {@code (x - zero) * scale}; scale and zero are broadcast to x's shape already. Operands: x, scale, zero. */
    record Dequantize(DType to) implements Elementwise {}

    /** Integers 0, 1, … along {@code axis} of {@code shape}. Operands: none. */
    record Iota(DType dtype, Shape shape, int axis) implements Source {
        public Iota {
            AttributeRules.check(axis >= 0 && axis < shape.rank(), "Iota", "axis", "0 to " + (shape.rank() - 1), axis);
        }
    }

    /** The values of dimensions as an i64 tensor of {@code shape}, row-major. Operands: none. */
    record DimValues(List<Dim> values, Shape shape) implements Source {
        public DimValues {
            values = List.copyOf(values);
            AttributeRules.check(
                    shape.elements().is(values.size()), "DimValues", "values", shape.elements(), values.size());
        }
    }

    /** Softmax (or its logarithm) along {@code axis}. Operands: x. */
    record Softmax(int axis, boolean logarithm) implements Along {
        public Softmax {
            AttributeRules.axis("Softmax", axis);
        }
    }

    /**
     * {@code (x - mean)/sqrt(variance + epsilon) * scale + bias} over the trailing axes from {@code axis}; without
     * {@code centred}, the mean is not subtracted and the mean square takes the variance's place (RMSNorm). Operands: x,
     * scale and bias of the shape of the trailing axes; bias may be absent, or both.
     */
    record Normalize(int axis, double epsilon, boolean centred) implements Along {
        public Normalize {
            AttributeRules.axis("Normalize", axis);
        }
    }

    /**
     * Scaled dot-product attention: {@code softmax(q·kᵀ*scale + mask)·v}. Operands: q [B, H, S, D], k [B, G, T, D],
     * v [B, G, T, E] with H a multiple of G, and optionally mask, of shape [B, H, S, T] (broadcast by a node), or of [B, H, T, S], each
     * perhaps 1 for all, if {@code byKeys}; result [B, H, S, E]. A mask is added, or if of bools gives scores where it is false: {@code hidden}. {@code causal} hides key j
     * from query i where {@code j > i + T - S}, whose score is minus infinity.
     */
    record Attention(double scale, boolean causal, boolean byKeys, double hidden) implements Along {}

    /**
     * Recurrent layer in one direction over time. Operands: x [T, B, I], w [gates*H, I], r [gates*H, H], bias [2*gates*H],
     * initial h [B, H], and for LSTM initial c [B, H], then optionally peepholes p [3*H]; gate order as in ONNX. Results: y [T, B, H], last h
     * [B, H], and for LSTM last c [B, H]. {@code activations}: names of ONNX, one per gate function in ONNX's order.
     */
    record Recurrent(RecurrentKind kind, boolean reverse, List<String> activations, boolean linearBeforeReset)
            implements Composite {
        public Recurrent {
            activations = List.copyOf(activations);
            AttributeRules.check(
                    activations.size() == kind.functions(), "Recurrent", "activations", kind.functions(), activations);
        }
    }

    /**
     * What is left of {@code layer} where the inputs have been multiplied by their weights, and biased. Operands: those products [T, B,
     * gates*H], r transposed [H, gates*H], its bias [gates*H], then initial states and peepholes as of the layer. Results: the layer's.
     */
    record RecurrentSteps(Recurrent layer) implements Along {}

    /** Interpolation to {@code shape}; {@code scales} has one factor per axis (result over x), 0 where it is the ratio of the extents when it runs, infinite from an extent of 0. Operands: x. */
    record Resize(ResizeRule rule, List<Double> scales, Shape shape) implements Sampling {
        public Resize {
            scales = List.copyOf(scales);
            AttributeRules.ranks("Resize", shape.rank(), scales);
            AttributeRules.check(
                    scales.stream().allMatch(scale -> scale >= 0), "Resize", "scales", "numbers from 0", scales);
        }
    }

    /** Two-way choice. Operands: condition (scalar bool), captured…; both branches take the captured values as inputs. */
    record If(Graph then, Graph otherwise) implements Control {
        public If {
            AttributeRules.check(
                    then.outputs().size() == otherwise.outputs().size(),
                    "If",
                    "results of the other branch",
                    then.outputs().size(),
                    otherwise.outputs().size());
        }

        @Override
        public List<Graph> bodies() {
            return List.of(then, otherwise);
        }

        @Override
        public If withBodies(List<Graph> bodies) {
            return new If(bodies.get(0), bodies.get(1));
        }
    }

    /**
     * ONNX Loop. Operands: trip count (i64 scalar), condition (bool scalar), {@code carried} values, captured…; the body takes iteration (i64
     * scalar), condition, carried…, captured… and gives condition, carried…, scanned…. Results: carried…, scanned… stacked on axis 0.
     */
    record Loop(Graph body, int carried) implements Control {
        public Loop {
            AttributeRules.atLeast("Loop", "carried values", 0, carried);
            AttributeRules.atLeast(
                    "Loop", "inputs of the body", 2 + carried, body.inputs().size());
            AttributeRules.atLeast(
                    "Loop", "results of the body", 1 + carried, body.outputs().size());
        }

        @Override
        public List<Graph> bodies() {
            return List.of(body);
        }

        @Override
        public Loop withBodies(List<Graph> bodies) {
            return new Loop(bodies.getFirst(), carried);
        }
    }

    /**
     * ONNX Scan (version 9 and later). Operands: {@code states} values, scanned inputs, captured…; the body takes states…, one slice of each scanned input,
     * captured… and gives states…, slices of scanned outputs.
     */
    record Scan(
            Graph body,
            int states,
            List<Integer> inputAxes,
            List<Boolean> inputReversed,
            List<Integer> outputAxes,
            List<Boolean> outputReversed)
            implements Control {
        public Scan {
            inputAxes = List.copyOf(inputAxes);
            inputReversed = List.copyOf(inputReversed);
            outputAxes = List.copyOf(outputAxes);
            outputReversed = List.copyOf(outputReversed);
            AttributeRules.ranks("Scan", inputAxes.size(), inputReversed);
            AttributeRules.ranks("Scan", outputAxes.size(), outputReversed);
            inputAxes.forEach(axis -> AttributeRules.axis("Scan", axis));
            outputAxes.forEach(axis -> AttributeRules.axis("Scan", axis));
            AttributeRules.atLeast("Scan", "states", 0, states);
            AttributeRules.atLeast(
                    "Scan",
                    "inputs of the body",
                    states + inputAxes.size(),
                    body.inputs().size());
            AttributeRules.check(
                    body.outputs().size() == states + outputAxes.size(),
                    "Scan",
                    "results of the body",
                    states + outputAxes.size(),
                    body.outputs().size());
        }

        @Override
        public List<Graph> bodies() {
            return List.of(body);
        }

        @Override
        public Scan withBodies(List<Graph> bodies) {
            return new Scan(bodies.getFirst(), states, inputAxes, inputReversed, outputAxes, outputReversed);
        }
    }

    /**
     * An operation done on the host by the interpreter, because its result's shape depends on values or because it is not
     * arithmetic on numbers: {@code function} names a row of the interpreter's table of host functions. Fresh symbols in
     * the result types are bound when it has run. Attributes are those of the ONNX operator, all spelt out, axes resolved.
     *
     * <p>The functions, with their operands and attributes:
     * <ul>
     *   <li>{@code ReshapeTo(x, shape; allowzero)}: 0 copies an extent unless {@code allowzero}, -1 is worked out
     *   <li>{@code BroadcastTo(x, shape)}: numpy's broadcast of x and a tensor of that shape
     *   <li>{@code SliceBy(x, starts, ends, axes, steps)}, {@code PadBy(x, pads, value, axes; mode)},
     *       {@code TileBy(x, repeats)}, {@code SplitBy(x, split; axis)}
     *   <li>{@code RangeBy(start, limit, delta)}, {@code FillTo(shape, value)}: value is a scalar
     *   <li>{@code ResizeTo(x, roi, scales, sizes; mode, coordinate_transformation_mode, nearest_mode, cubic_coeff_a,
     *       exclude_outside, extrapolation_value, antialias, keep_aspect_ratio_policy, axes)}: of scales and sizes one is
     *       empty
     *   <li>{@code NonZero(x)}, {@code Unique(x; axis if not flattened, sorted)}, {@code Compress(x, condition; axis if
     *       not flattened)}
     *   <li>{@code TopKBy(x, k; axis, largest, sorted)}, {@code OneHotTo(indices, depth, values; axis)}
     *   <li>{@code SetOfAxes(axes; rank)}: a bit for each axis; {@code Undecided(x, set)}: what only a program for that set
     *       computes; {@code Refuse(any...; message)}: the rest of a model that does not take what its operands found
     *   <li>{@code NonMaxSuppression(boxes, scores, most per class, overlap threshold, score threshold;
     *       center_point_box)}: all operands are there
     * </ul>
     */
    record Host(String function, Map<String, Attribute> attributes) implements Op {
        public Host {
            attributes = Map.copyOf(attributes);
            AttributeRules.check(!function.isEmpty(), "Host", "function", "a name", "none");
        }
    }
}
