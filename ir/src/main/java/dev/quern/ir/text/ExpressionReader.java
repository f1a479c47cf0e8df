package dev.quern.ir.text;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.antlr.v4.runtime.ParserRuleContext;

/** Builds expressions of kernels. */
final class ExpressionReader {
    private static final String BITCAST = "bitcast_";

    private final Map<String, DType> buffers;
    private int depth;

    /** Takes the types of loads from {@code buffers}. */
    ExpressionReader(Map<String, DType> buffers) {
        this.buffers = buffers;
    }

    Expr read(QuernParser.ExpressionContext context) {
        Expr left = read(context.sum(0));
        if (context.relation() == null) {
            return left;
        }
        Expr right = read(context.sum(1));
        String sign = context.relation().getText();
        CompareOp relation = Arrays.stream(CompareOp.values())
                .filter(candidate -> ExpressionText.sign(candidate).equals(sign))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the grammar has no relation " + sign));
        return typed(context, () -> new Expr.Comparison(relation, left, right));
    }

    private Expr read(QuernParser.SumContext context) {
        List<QuernParser.ProductContext> products = context.product();
        checkChain(context, products.size());
        Expr sum = read(products.getFirst());
        for (int index = 1; index < products.size(); index++) {
            Expr left = sum;
            Expr right = read(products.get(index));
            boolean plus = context.sumSign(index - 1).getText().equals("+");
            sum = typed(context, () -> new Expr.BinaryOperation(plus ? BinaryOp.ADD : BinaryOp.SUB, left, right));
        }
        depth -= products.size();
        return sum;
    }

    private Expr read(QuernParser.ProductContext context) {
        List<QuernParser.PrimaryContext> factors = context.primary();
        checkChain(context, factors.size());
        Expr product = read(factors.getFirst());
        for (int index = 1; index < factors.size(); index++) {
            Expr left = product;
            Expr right = read(factors.get(index));
            boolean times = context.productSign(index - 1).getText().equals("*");
            product = typed(context, () -> new Expr.BinaryOperation(times ? BinaryOp.MUL : BinaryOp.DIV, left, right));
        }
        depth -= factors.size();
        return product;
    }

    /** A chain of signs without brackets makes an expression as deep as the chain is long. */
    private void checkChain(ParserRuleContext context, int length) {
        depth += length;
        if (depth > 8 * Parser.DEEPEST) {
            throw SyntaxErrors.at(
                    context.getStart(), "an expression less deep", "one of more than " + length + " operands");
        }
    }

    private Expr read(QuernParser.PrimaryContext context) {
        return switch (context) {
            case QuernParser.NestedContext nested -> read(nested.expression());
            case QuernParser.LiteralContext literal -> literal(literal);
            case QuernParser.IndexValueContext index ->
                new Expr.Index(
                        DimReader.read(index.dim()),
                        index.NAME() == null
                                ? DType.I64
                                : dtype(index, index.NAME().getText(), "an element type"));
            case QuernParser.CallContext call -> call(call);
            case QuernParser.LoadContext load -> load(load);
            default -> throw new IllegalStateException("the grammar has no " + context.getClass());
        };
    }

    private static Expr literal(QuernParser.LiteralContext context) {
        String text = context.scalar().getText();
        DType dtype = context.NAME() == null
                ? evidentType(context.scalar())
                : dtype(context, context.NAME().getText(), "an element type");
        OptionalLong bits = ScalarText.bits(dtype, text);
        if (bits.isEmpty()) {
            throw SyntaxErrors.at(context, "a value of " + dtype);
        }
        return new Expr.Immediate(dtype, bits.getAsLong());
    }

    private static DType evidentType(QuernParser.ScalarContext scalar) {
        if (scalar.BITS() != null) {
            String text = scalar.getText();
            return dtype(scalar, text.substring(0, text.indexOf('#')), "an element type");
        }
        String text = scalar.getText();
        if (scalar.INT() != null) {
            return DType.I64;
        }
        return switch (text) {
            case "true", "false" -> DType.BOOL;
            case "inf", "-inf", "nan" -> DType.F32;
            default -> {
                if (scalar.FLOAT() == null) {
                    throw SyntaxErrors.at(scalar, "a number, inf, nan, true, false, a call or a buffer with indices");
                }
                yield DType.F32;
            }
        };
    }

    private Expr load(QuernParser.LoadContext context) {
        String buffer = Quotes.name(context.name());
        DType declared = buffers.get(buffer);
        if (declared == null && context.NAME() == null) {
            throw SyntaxErrors.at(context.name(), "a buffer");
        }
        DType dtype = context.NAME() == null
                ? declared
                : dtype(context, context.NAME().getText(), "an element type");
        return new Expr.Load(buffer, DimReader.read(context.shape().dims()), dtype);
    }

    private Expr call(QuernParser.CallContext context) {
        String function = context.NAME().getText();
        List<Expr> operands = context.expression().stream().map(this::read).toList();
        Optional<UnaryOp> unary = Words.find(UnaryOp.class, function);
        if (unary.isPresent()) {
            count(context, operands, 1);
            return new Expr.UnaryOperation(unary.get(), operands.getFirst());
        }
        Optional<BinaryOp> binary = Words.find(BinaryOp.class, function);
        if (binary.isPresent()) {
            count(context, operands, 2);
            return typed(context, () -> new Expr.BinaryOperation(binary.get(), operands.get(0), operands.get(1)));
        }
        if (function.equals("fma")) {
            count(context, operands, 3);
            return typed(context, () -> new Expr.Fma(operands.get(0), operands.get(1), operands.get(2)));
        }
        if (function.equals("select")) {
            count(context, operands, 3);
            return typed(context, () -> new Expr.Conditional(operands.get(0), operands.get(1), operands.get(2)));
        }
        count(context, operands, 1);
        return function.startsWith(BITCAST)
                ? new Expr.Reinterpretation(
                        dtype(context, function.substring(BITCAST.length()), "a function"), operands.getFirst())
                : new Expr.Conversion(dtype(context, function, "an element type or a function"), operands.getFirst());
    }

    private static void count(QuernParser.CallContext context, List<Expr> operands, int expected) {
        if (operands.size() != expected) {
            String function = context.NAME().getText();
            throw SyntaxErrors.at(
                    context.getStart(), expected + " operands of " + function, Integer.toString(operands.size()));
        }
    }

    /** The constructors of expressions check the types of their operands. */
    private static Expr typed(ParserRuleContext context, Supplier<Expr> expression) {
        try {
            return expression.get();
        } catch (IllegalArgumentException misfit) {
            throw SyntaxErrors.at(context.getStart(), "operands of types that fit", misfit.getMessage());
        }
    }

    static DType dtype(ParserRuleContext context, String label, String expected) {
        return Arrays.stream(DType.values())
                .filter(type -> type.label().equals(label))
                .findFirst()
                .orElseThrow(() -> SyntaxErrors.at(context, expected));
    }
}
