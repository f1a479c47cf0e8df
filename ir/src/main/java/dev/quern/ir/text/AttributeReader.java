package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Encoding;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Window;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** The attributes of one operation, taken one by one by key and type. */
final class AttributeReader {
    private final QuernParser.ApplicationContext context;
    private final Map<String, QuernParser.ValueContext> values = new LinkedHashMap<>();
    private final Function<QuernParser.GraphContext, Graph> graphs;

    AttributeReader(QuernParser.ApplicationContext context, Function<QuernParser.GraphContext, Graph> graphs) {
        this.context = context;
        this.graphs = graphs;
        if (context.attributes() != null) {
            for (QuernParser.AttributeContext attribute : context.attributes().attribute()) {
                if (values.put(Quotes.name(attribute.name()), attribute.value()) != null) {
                    throw SyntaxErrors.at(attribute.name(), "each attribute once");
                }
            }
        }
    }

    /** All that have not been taken; they count as taken then. */
    Map<String, QuernParser.ValueContext> rest() {
        Map<String, QuernParser.ValueContext> rest = new LinkedHashMap<>(values);
        values.clear();
        return rest;
    }

    /** Refuses attributes that the operation does not have. */
    void finish() {
        values.forEach((key, value) -> {
            throw SyntaxErrors.at(
                    value, "no attribute " + key + " of " + context.operation().getText());
        });
    }

    /** The variant, such as {@code sum} of {@code reduce sum}. */
    String variant() {
        if (context.name() == null) {
            throw SyntaxErrors.at(
                    context.getStart(), "a variant after " + context.operation().getText(), "none");
        }
        return Quotes.name(context.name());
    }

    <E extends Enum<E>> E variant(Class<E> kind) {
        return Words.find(kind, variant()).orElseThrow(() -> SyntaxErrors.at(context.name(), Words.choices(kind)));
    }

    /** Whether the variant is {@code max}; otherwise it must be {@code min}. */
    boolean greatest() {
        if (!variant().equals("max") && !variant().equals("min")) {
            throw SyntaxErrors.at(context.name(), "max or min");
        }
        return variant().equals("max");
    }

    DType dtypeVariant() {
        return ExpressionReader.dtype(context.name() == null ? context : context.name(), variant(), "an element type");
    }

    private QuernParser.ValueContext take(String key) {
        QuernParser.ValueContext value = values.remove(key);
        if (value == null) {
            throw SyntaxErrors.at(
                    context.getStart(),
                    "attribute " + key + " of " + context.operation().getText(),
                    "none");
        }
        return value;
    }

    private <T> List<T> list(String key, Function<QuernParser.ValueContext, T> item) {
        QuernParser.ValueContext value = values.remove(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof QuernParser.ListValueContext list)) {
            throw SyntaxErrors.at(value, "a list");
        }
        return list.list().value().stream().map(item).toList();
    }

    List<Dim> dims(String key) {
        return list(key, AttributeReader::dim);
    }

    Dim dim(String key) {
        return dim(take(key));
    }

    Shape shape(String key) {
        QuernParser.ValueContext value = values.get(key);
        if (value == null) {
            take(key);
        }
        try {
            return new Shape(dims(key));
        } catch (IllegalArgumentException negative) {
            throw SyntaxErrors.at(value, "extents that are not negative");
        }
    }

    List<Integer> integers(String key) {
        return list(key, AttributeReader::integer);
    }

    List<Long> wholes(String key) {
        return list(key, AttributeReader::whole);
    }

    int integer(String key) {
        return integer(take(key));
    }

    double real(String key) {
        return real(take(key));
    }

    double real(String key, double otherwise) {
        QuernParser.ValueContext value = values.remove(key);
        return value == null ? otherwise : real(value);
    }

    List<Double> reals(String key) {
        return list(key, AttributeReader::real);
    }

    boolean flag(String key) {
        QuernParser.ValueContext value = values.remove(key);
        return value != null && flag(value);
    }

    List<Boolean> flags(String key) {
        return list(key, AttributeReader::flag);
    }

    String name(String key) {
        return name(take(key));
    }

    List<String> names(String key) {
        return list(key, AttributeReader::name);
    }

    DType dtype(String key) {
        QuernParser.ValueContext value = take(key);
        return ExpressionReader.dtype(value, value.getText(), "an element type");
    }

    Encoding encoding() {
        List<Long> blocks = wholes("blocks");
        List<Long> groups = wholes("groups");
        if (blocks.size() == 3 && groups.isEmpty()) {
            return new Encoding.Blocks(blocks.get(0), blocks.get(1), blocks.get(2));
        }
        if (groups.size() == 2 && blocks.isEmpty()) {
            return new Encoding.Groups(dtype("codes"), groups.get(0), groups.get(1), flag("zeros"));
        }
        throw SyntaxErrors.at(
                context.getStart(),
                "blocks = [rows, columns, present] or groups = [size, present]",
                "blocks = " + blocks + ", groups = " + groups);
    }

    Graph graph(String key) {
        if (take(key) instanceof QuernParser.GraphValueContext value) {
            return graphs.apply(value.graph());
        }
        throw SyntaxErrors.at(context.getStart(), "a graph for " + key, "something else");
    }

    Window window() {
        return new Window(
                integers("extents"), integers("strides"), integers("dilations"), dims("before"), dims("after"));
    }

    private static Dim dim(QuernParser.ValueContext value) {
        if (value instanceof QuernParser.DimValueContext dim) {
            return DimReader.read(dim.dim());
        }
        throw SyntaxErrors.at(value, "a dimension");
    }

    static long whole(QuernParser.ValueContext value) {
        Dim dim = dim(value);
        if (!dim.isConstant()) {
            throw SyntaxErrors.at(value, "a whole number");
        }
        return dim.constant();
    }

    private static int integer(QuernParser.ValueContext value) {
        long whole = whole(value);
        if (whole != (int) whole) {
            throw SyntaxErrors.at(value, "a whole number of 32 bits");
        }
        return (int) whole;
    }

    static double real(QuernParser.ValueContext value) {
        OptionalLong bits = ScalarText.bits(DType.F64, value.getText());
        return Double.longBitsToDouble(bits.orElseThrow(() -> SyntaxErrors.at(value, "a number")));
    }

    private static boolean flag(QuernParser.ValueContext value) {
        return switch (value.getText()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw SyntaxErrors.at(value, "true or false");
        };
    }

    static String name(QuernParser.ValueContext value) {
        return nameContext(value).map(Quotes::name).orElseThrow(() -> SyntaxErrors.at(value, "a name"));
    }

    /** The name that {@code value} is, if it is one. */
    static Optional<QuernParser.NameContext> nameContext(QuernParser.ValueContext value) {
        boolean alone = value instanceof QuernParser.DimValueContext dim
                && dim.dim().dimTerm().size() == 1
                && dim.dim().dimTerm(0).dimFactor().size() == 1
                && dim.dim().dimTerm(0).getChildCount() == 1;
        return alone
                ? Optional.ofNullable(((QuernParser.DimValueContext) value)
                        .dim()
                        .dimTerm(0)
                        .dimFactor(0)
                        .name())
                : Optional.empty();
    }
}
