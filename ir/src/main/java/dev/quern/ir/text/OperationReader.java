package dev.quern.ir.text;

import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Winograd;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.antlr.v4.runtime.Token;

/** Builds operations: the reverse of {@link OperationText}. */
final class OperationReader {
    private final QuernParser.OperationContext context;
    private final AttributeReader attributes;

    OperationReader(QuernParser.OperationContext context, AttributeReader attributes) {
        this.context = context;
        this.attributes = attributes;
    }

    Op read() {
        try {
            Op op = operation(context.getText());
            attributes.finish();
            return op;
        } catch (ModelException invalid) {
            if (invalid.code() != ModelException.Code.INVALID_MODEL) {
                throw invalid;
            }
            Token at = context.getStart();
            throw SyntaxErrors.at(at.getLine(), at.getCharPositionInLine(), invalid.getMessage());
        }
    }

    private Op operation(String name) {
        return switch (name) {
            case "select" -> new Op.Select();
            case "cast" -> new Op.Cast(attributes.dtypeVariant(), attributes.flag("saturate"));
            case "bitcast" -> new Op.Bitcast(attributes.dtypeVariant());
            case "reshape" -> new Op.Reshape(attributes.shape("shape"));
            case "transpose" -> new Op.Transpose(attributes.integers("permutation"));
            case "broadcast" -> new Op.Broadcast(attributes.shape("shape"));
            case "slice" ->
                new Op.Slice(attributes.dims("starts"), attributes.wholes("steps"), attributes.shape("shape"));
            case "concat" -> new Op.Concat(attributes.integer("axis"));
            case "pad" ->
                new Op.Pad(attributes.variant(Op.PadMode.class), attributes.dims("before"), attributes.dims("after"));
            case "reduce" -> new Op.Reduce(attributes.variant(Combiner.class), attributes.integers("axes"));
            case "arg_reduce" ->
                new Op.ArgReduce(attributes.greatest(), attributes.integer("axis"), attributes.flag("last_of_equal"));
            case "cumulate" ->
                new Op.Cumulate(
                        attributes.variant(Combiner.class),
                        attributes.integer("axis"),
                        attributes.flag("exclusive"),
                        attributes.flag("reverse"));
            case "contract" ->
                new Op.Contract(
                        attributes.names("left"),
                        attributes.names("right"),
                        attributes.names("result"),
                        attributes.dtype("accumulate"));
            case "convolve" -> new Op.Convolve(attributes.window(), attributes.integer("groups"));
            case "convolve_winograd" ->
                new Op.ConvolveWinograd(attributes.window(), new Winograd(attributes.integer("tile")));
            case "convolve_transposed" ->
                new Op.ConvolveTransposed(attributes.window(), attributes.integer("groups"), attributes.shape("shape"));
            case "pool" ->
                new Op.Pool(
                        attributes.variant(Op.PoolKind.class), attributes.window(), attributes.flag("count_padding"));
            case "gather" -> new Op.Gather(attributes.integer("axis"));
            case "gather_elements" -> new Op.GatherElements(attributes.integer("axis"));
            case "gather_nd" -> new Op.GatherNd(attributes.integer("batch_axes"));
            case "scatter_elements" ->
                new Op.ScatterElements(attributes.integer("axis"), attributes.variant(Op.ScatterMode.class));
            case "scatter_nd" -> new Op.ScatterNd(attributes.variant(Op.ScatterMode.class));
            case "update" ->
                new Op.Update(attributes.dims("starts"), attributes.integer("axis"), attributes.flag("circular"));
            case "top_k" ->
                new Op.TopK(
                        attributes.integer("axis"),
                        attributes.dim("count"),
                        attributes.greatest(),
                        attributes.flag("sorted"));
            case "encode" -> new Op.Encode(attributes.dtypeVariant(), attributes.shape("shape"), attributes.encoding());
            case "decode" -> new Op.Decode();
            case "quantize" -> new Op.Quantize(attributes.dtypeVariant());
            case "dequantize" -> new Op.Dequantize(attributes.dtypeVariant());
            case "iota" ->
                new Op.Iota(attributes.dtypeVariant(), attributes.shape("shape"), attributes.integer("axis"));
            case "dim_values" -> new Op.DimValues(attributes.dims("values"), attributes.shape("shape"));
            case "softmax" -> new Op.Softmax(attributes.integer("axis"), attributes.flag("logarithm"));
            case "normalize" ->
                new Op.Normalize(attributes.integer("axis"), attributes.real("epsilon"), attributes.flag("centred"));
            case "attention" ->
                new Op.Attention(
                        attributes.real("scale"),
                        attributes.flag("causal"),
                        attributes.flag("by_keys"),
                        attributes.real("hidden", Double.NEGATIVE_INFINITY));
            case "recurrent" -> recurrent();
            case "recurrent_steps" -> new Op.RecurrentSteps(recurrent());
            case "resize" -> new Op.Resize(resizeRule(), attributes.reals("scales"), attributes.shape("shape"));
            case "if" -> new Op.If(attributes.graph("then"), attributes.graph("otherwise"));
            case "loop" -> new Op.Loop(attributes.graph("body"), attributes.integer("carried"));
            case "scan" ->
                new Op.Scan(
                        attributes.graph("body"),
                        attributes.integer("states"),
                        attributes.integers("input_axes"),
                        attributes.flags("input_reversed"),
                        attributes.integers("output_axes"),
                        attributes.flags("output_reversed"));
            case "host" -> host();
            default -> elementwise(name);
        };
    }

    private Op elementwise(String name) {
        Optional<Op> unary = Words.find(UnaryOp.class, name).map(Op.Unary::new);
        return unary.or(() -> Words.find(BinaryOp.class, name).map(Op.Binary::new))
                .or(() -> Words.find(CompareOp.class, name).map(Op.Compare::new))
                .orElseThrow(() -> SyntaxErrors.at(context, "an operation"));
    }

    private Op.Recurrent recurrent() {
        return new Op.Recurrent(
                attributes.variant(RecurrentKind.class),
                attributes.flag("reverse"),
                attributes.names("activations"),
                attributes.flag("linear_before_reset"));
    }

    private ResizeRule resizeRule() {
        return new ResizeRule(
                attributes.variant(ResizeRule.Interpolation.class),
                attributes.name("coordinates"),
                attributes.name("nearest"),
                attributes.real("cubic_coefficient"),
                attributes.flag("exclude_outside"),
                attributes.real("extrapolation"),
                attributes.flag("antialias"),
                attributes.reals("region"));
    }

    private Op host() {
        Map<String, Attribute> values = new HashMap<>();
        attributes.rest().forEach((key, value) -> values.put(key, attribute(value)));
        return new Op.Host(attributes.variant(), values);
    }

    private static Attribute attribute(QuernParser.ValueContext value) {
        return switch (value) {
            case QuernParser.ListValueContext list -> list(list);
            case QuernParser.EmptyListValueContext empty ->
                switch (empty.NAME().getText()) {
                    case "wholes" -> new Attribute.Wholes(List.of());
                    case "reals" -> new Attribute.Reals(List.of());
                    case "texts" -> new Attribute.Texts(List.of());
                    default -> throw SyntaxErrors.at(value, "wholes [], reals [] or texts []");
                };
            case QuernParser.GraphValueContext graph -> throw SyntaxErrors.at(graph, "a number, a text or a list");
            default -> {
                if (isText(value)) {
                    yield new Attribute.Text(AttributeReader.name(value));
                }
                yield isReal(value)
                        ? new Attribute.Real(AttributeReader.real(value))
                        : new Attribute.Whole(AttributeReader.whole(value));
            }
        };
    }

    private static Attribute list(QuernParser.ListValueContext context) {
        List<QuernParser.ValueContext> items = context.list().value();
        if (items.isEmpty()) {
            throw SyntaxErrors.at(context, "wholes [], reals [] or texts []");
        }
        if (isText(items.getFirst())) {
            return new Attribute.Texts(items.stream().map(AttributeReader::name).toList());
        }
        return isReal(items.getFirst())
                ? new Attribute.Reals(items.stream().map(AttributeReader::real).toList())
                : new Attribute.Wholes(
                        items.stream().map(AttributeReader::whole).toList());
    }

    private static boolean isText(QuernParser.ValueContext value) {
        return AttributeReader.nameContext(value)
                .filter(name -> name.STRING() != null)
                .isPresent();
    }

    private static boolean isReal(QuernParser.ValueContext value) {
        return switch (value.getText()) {
            case "inf", "-inf", "nan" -> true;
            default -> value instanceof QuernParser.RealValueContext || value instanceof QuernParser.BitsValueContext;
        };
    }
}
