package dev.quern.ir.text;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.text.grammar.QuernParser;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;

/** Builds dimensions. Their size is limited, because products of sums grow exponentially when multiplied out. */
final class DimReader {
    private static final int MOST_TERMS = 256;
    private static final int MOST_FACTORS = 32;
    private static final int LONGEST = 1 << 16;

    private DimReader() {}

    static List<Dim> read(QuernParser.DimsContext context) {
        return context.dim().stream().map(DimReader::read).toList();
    }

    static Shape read(QuernParser.ShapeContext context) {
        List<Dim> dims = read(context.dims());
        for (int axis = 0; axis < dims.size(); axis++) {
            if (dims.get(axis).isConstant() && dims.get(axis).constant() < 0) {
                throw SyntaxErrors.at(context.dims().dim(axis), "an extent that is not negative");
            }
        }
        return new Shape(dims);
    }

    static Dim read(QuernParser.DimContext context) {
        List<QuernParser.DimTermContext> terms = context.dimTerm();
        List<QuernParser.DimSignContext> signs = context.dimSign();
        if (terms.size() > MOST_TERMS) {
            throw SyntaxErrors.at(context, "at most " + MOST_TERMS + " terms");
        }
        try {
            Dim sum = read(terms.getFirst());
            for (int index = 1; index < terms.size(); index++) {
                Dim term = read(terms.get(index));
                boolean plus = signs.get(index - 1).getText().equals("+");
                sum = checked(plus ? sum.plus(term) : sum.minus(term), context);
            }
            return sum;
        } catch (ArithmeticException unable) {
            throw SyntaxErrors.at(context, "coefficients of 64 bits and divisors other than zero");
        }
    }

    private static Dim read(QuernParser.DimTermContext context) {
        if (context.dimFactor().size() > MOST_FACTORS) {
            throw SyntaxErrors.at(context, "at most " + MOST_FACTORS + " factors");
        }
        boolean negative = context.getStart().getText().equals("-");
        Dim product = Dim.of(1);
        boolean signed = false;
        for (QuernParser.DimFactorContext factor : context.dimFactor()) {
            Dim next;
            if (factor.INT() != null && negative && !signed) {
                next = Dim.of(whole("-" + factor.getText(), factor));
                signed = true;
            } else {
                next = read(factor);
            }
            if ((long) product.terms().size() * next.terms().size() > MOST_TERMS) {
                throw SyntaxErrors.at(context, "at most " + MOST_TERMS + " terms when multiplied out");
            }
            product = checked(product.times(next), context);
        }
        return negative && !signed ? product.times(-1) : product;
    }

    private static Dim read(QuernParser.DimFactorContext context) {
        if (context.INT() != null) {
            return Dim.of(whole(context.getText(), context));
        }
        if (context.name() != null) {
            return Dim.symbol(Quotes.name(context.name()));
        }
        QuernParser.DimCallContext call = context.dimCall();
        Dim left = read(call.dim(0));
        Dim right = read(call.dim(1));
        Dim result = switch (call.NAME().getText()) {
            case "floordiv" -> left.floorDiv(right);
            case "min" -> left.min(right);
            case "max" -> left.max(right);
            default -> throw SyntaxErrors.at(call, "floordiv, min or max");
        };
        return checked(result, context);
    }

    private static Dim checked(Dim dim, ParserRuleContext context) {
        if (dim.terms().size() > MOST_TERMS || dim.toString().length() > LONGEST) {
            throw SyntaxErrors.at(
                    context, "a dimension of at most " + MOST_TERMS + " terms and " + LONGEST + " characters");
        }
        return dim;
    }

    static long whole(String digits, ParserRuleContext context) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            throw SyntaxErrors.at(context, "a whole number of 64 bits");
        }
    }
}
