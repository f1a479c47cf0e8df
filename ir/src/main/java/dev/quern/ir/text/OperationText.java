package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Encoding;
import dev.quern.ir.NameText;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Window;
import dev.quern.ir.graph.Winograd;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An operation as text: what it is called, which variant of it, and its attributes. False flags and empty lists are left
 * out.
 */
final class OperationText {
    /** An attribute, given as text or, for the body of a control-flow operation, as a graph. */
    sealed interface WrittenAttribute {
        String key();
    }

    /** An attribute given as text. */
    record Plain(String key, String text) implements WrittenAttribute {}

    /** The body of a control-flow operation. */
    record WrittenBody(String key, Graph graph) implements WrittenAttribute {}

    private final List<WrittenAttribute> entries = new ArrayList<>();
    private String name;

    private OperationText(String name) {
        this.name = name;
    }

    static OperationText of(Op op) {
        OperationText text = new OperationText(snake(op.getClass().getSimpleName()));
        text.describe(op);
        return text;
    }

    /** The name, followed by the variant if there are several. */
    String name() {
        return name;
    }

    List<WrittenAttribute> entries() {
        return entries;
    }

    /** {@code GatherElements} as {@code gather_elements}. */
    static String snake(String camel) {
        return camel.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private void describe(Op op) {
        switch (op) {
            case Op.Constant(var literal) -> put("value", literal);
            case Op.Unary(var function) -> name = word(function);
            case Op.Binary(var function) -> name = word(function);
            case Op.Compare(var relation) -> name = word(relation);
            case Op.Select() -> {}
            case Op.Cast(DType to, boolean saturate) -> {
                variant(to.label());
                flag("saturate", saturate);
            }
            case Op.Bitcast(DType to) -> variant(to.label());
            case Op.Reshape(Shape shape) -> put("shape", shape);
            case Op.Transpose(List<Integer> permutation) -> put("permutation", permutation);
            case Op.Broadcast(Shape shape) -> put("shape", shape);
            case Op.Slice(List<Dim> starts, List<Long> steps, Shape shape) -> {
                put("starts", starts);
                put("steps", steps);
                put("shape", shape);
            }
            case Op.Concat(int axis) -> put("axis", axis);
            case Op.Pad(Op.PadMode mode, List<Dim> before, List<Dim> after) -> {
                variant(word(mode));
                put("before", before);
                put("after", after);
            }
            case Op.Reduce(var combiner, List<Integer> axes) -> {
                variant(word(combiner));
                put("axes", axes);
            }
            case Op.ArgReduce(boolean greatest, int axis, boolean lastOfEqual) -> {
                variant(greatest ? "max" : "min");
                put("axis", axis);
                flag("last_of_equal", lastOfEqual);
            }
            case Op.Cumulate(var combiner, int axis, boolean exclusive, boolean reverse) -> {
                variant(word(combiner));
                put("axis", axis);
                flag("exclusive", exclusive);
                flag("reverse", reverse);
            }
            case Op.Contract contract -> describe(contract);
            case Op.Convolve(Window window, int groups) -> {
                put(window);
                put("groups", groups);
            }
            case Op.ConvolveWinograd(Window window, Winograd tiles) -> {
                put(window);
                put("tile", tiles.tile());
            }
            case Op.ConvolveTransposed(Window window, int groups, Shape shape) -> {
                put(window);
                put("groups", groups);
                put("shape", shape);
            }
            case Op.Pool(Op.PoolKind kind, Window window, boolean countPadding) -> {
                variant(word(kind));
                put(window);
                flag("count_padding", countPadding);
            }
            case Op.Gather(int axis) -> put("axis", axis);
            case Op.GatherElements(int axis) -> put("axis", axis);
            case Op.GatherNd(int batchAxes) -> put("batch_axes", batchAxes);
            case Op.ScatterElements(int axis, Op.ScatterMode mode) -> {
                variant(word(mode));
                put("axis", axis);
            }
            case Op.ScatterNd(Op.ScatterMode mode) -> variant(word(mode));
            case Op.Update(List<Dim> starts, int axis, boolean circular) -> {
                put("starts", starts);
                put("axis", axis);
                flag("circular", circular);
            }
            case Op.TopK(int axis, Dim count, boolean greatest, boolean sorted) -> {
                variant(greatest ? "max" : "min");
                put("axis", axis);
                put("count", count);
                flag("sorted", sorted);
            }
            case Op.Encode(DType dtype, Shape shape, Encoding encoding) -> {
                variant(dtype.label());
                put("shape", shape);
                encoding(encoding);
            }
            case Op.Decode _ -> {}
            case Op.Quantize(DType to) -> variant(to.label());
            case Op.Dequantize(DType to) -> variant(to.label());
            case Op.Iota(DType dtype, Shape shape, int axis) -> {
                variant(dtype.label());
                put("shape", shape);
                put("axis", axis);
            }
            case Op.DimValues(List<Dim> values, Shape shape) -> {
                put("values", values);
                put("shape", shape);
            }
            case Op.Softmax(int axis, boolean logarithm) -> {
                put("axis", axis);
                flag("logarithm", logarithm);
            }
            case Op.Normalize(int axis, double epsilon, boolean centred) -> {
                put("axis", axis);
                put("epsilon", real(epsilon));
                flag("centred", centred);
            }
            case Op.Attention(double scale, boolean causal, boolean byKeys, double hidden) -> {
                put("scale", real(scale));
                flag("causal", causal);
                flag("by_keys", byKeys);
                if (hidden != Double.NEGATIVE_INFINITY) {
                    put("hidden", real(hidden));
                }
            }
            case Op.Recurrent layer -> describe(layer);
            case Op.RecurrentSteps(Op.Recurrent layer) -> describe(layer);
            case Op.Resize(ResizeRule rule, List<Double> scales, Shape shape) -> describe(rule, scales, shape);
            case Op.If(Graph then, Graph otherwise) -> {
                entries.add(new WrittenBody("then", then));
                entries.add(new WrittenBody("otherwise", otherwise));
            }
            case Op.Loop(Graph body, int carried) -> {
                put("carried", carried);
                entries.add(new WrittenBody("body", body));
            }
            case Op.Scan scan -> describe(scan);
            case Op.Host(String function, Map<String, Attribute> attributes) -> {
                variant(function);
                new TreeMap<>(attributes).forEach((key, value) -> put(NameText.of(key), text(value)));
            }
        }
    }

    private void describe(Op.Contract contract) {
        put("left", names(contract.left()));
        put("right", names(contract.right()));
        put("result", names(contract.result()));
        put("accumulate", contract.accumulate());
    }

    private void describe(ResizeRule rule, List<Double> scales, Shape shape) {
        variant(word(rule.mode()));
        put("coordinates", NameText.of(rule.coordinates()));
        put("nearest", NameText.of(rule.nearest()));
        put("cubic_coefficient", real(rule.cubicCoefficient()));
        flag("exclude_outside", rule.excludeOutside());
        put("extrapolation", real(rule.extrapolation()));
        flag("antialias", rule.antialias());
        put("region", list(rule.region(), OperationText::real));
        put("scales", list(scales, OperationText::real));
        put("shape", shape);
    }

    private void describe(Op.Recurrent layer) {
        variant(word(layer.kind()));
        flag("reverse", layer.reverse());
        put("activations", names(layer.activations()));
        flag("linear_before_reset", layer.linearBeforeReset());
    }

    private void describe(Op.Scan scan) {
        put("states", scan.states());
        put("input_axes", scan.inputAxes());
        put("input_reversed", scan.inputReversed());
        put("output_axes", scan.outputAxes());
        put("output_reversed", scan.outputReversed());
        entries.add(new WrittenBody("body", scan.body()));
    }

    private void variant(String word) {
        name += " " + NameText.of(word);
    }

    private void put(String key, Object value) {
        String text = value.toString();
        boolean absent = text.equals("[]") && !key.equals("shape");
        if (!absent) {
            entries.add(new Plain(key, text));
        }
    }

    private void encoding(Encoding encoding) {
        switch (encoding) {
            case Encoding.Blocks(long rows, long columns, long present) ->
                put("blocks", List.of(rows, columns, present));
            case Encoding.Groups(DType codes, long size, long present, boolean zeroPoints) -> {
                put("groups", List.of(size, present));
                put("codes", codes.label());
                flag("zeros", zeroPoints);
            }
        }
    }

    private void flag(String key, boolean value) {
        if (value) {
            put(key, true);
        }
    }

    private void put(Window window) {
        put("extents", window.extents());
        put("strides", window.strides());
        put("dilations", window.dilations());
        put("before", window.before());
        put("after", window.after());
    }

    /** Attributes of host operations show their type: {@code 1} is a whole number, {@code 1.0} a real one. */
    private static String text(Attribute attribute) {
        return switch (attribute) {
            case Attribute.Whole(long value) -> Long.toString(value);
            case Attribute.Real(double value) -> real(value);
            case Attribute.Text(String value) -> NameText.quote(value);
            case Attribute.Wholes(List<Long> values) -> values.isEmpty() ? "wholes []" : values.toString();
            case Attribute.Reals(List<Double> values) ->
                values.isEmpty() ? "reals []" : list(values, OperationText::real);
            case Attribute.Texts(List<String> values) -> values.isEmpty() ? "texts []" : list(values, NameText::quote);
        };
    }

    private static String real(double value) {
        return ScalarText.element(DType.F64, Double.doubleToRawLongBits(value));
    }

    private static String names(List<String> names) {
        return list(names, NameText::of);
    }

    private static <T> String list(Collection<T> items, Function<T, String> text) {
        return items.stream().map(text).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String word(Enum<?> constant) {
        return ExpressionText.word(constant);
    }
}
