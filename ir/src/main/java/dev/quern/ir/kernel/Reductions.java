package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reductions that templates use. */
public final class Reductions {
    private Reductions() {}

    /** What {@code combiner} does to numbers of {@code dtype}. */
    public static Reduction of(Combiner combiner, DType dtype) {
        return of(combiner.function(), dtype);
    }

    /** {@code function(left, right)}. */
    static Reduction of(BinaryOp function, DType dtype) {
        String name = function.name().toLowerCase(Locale.ROOT);
        Reduction.Target target = new Reduction.Target(name, Identities.of(function, dtype));
        Reduction.Input element = new Reduction.Input(name, dtype);
        return new Reduction(
                name,
                List.of(target),
                List.of(element),
                Reduction.Rule.of(element.value()),
                Reduction.Rule.of(new Expr.Binary(function, target.left(), target.right())),
                Optional.empty(),
                true);
    }

    /** A sum of products, each {@code fma(a, b, sum)}, rounded once; across lanes and partial results a sum of numbers. */
    public static Reduction fma(DType dtype) {
        Reduction.Target sum = new Reduction.Target("sum", Identities.of(BinaryOp.ADD, dtype));
        Reduction.Input a = new Reduction.Input("a", dtype);
        Reduction.Input b = new Reduction.Input("b", dtype);
        return new Reduction(
                "fma",
                List.of(sum),
                List.of(a, b),
                Reduction.Rule.of(new Expr.Binary(BinaryOp.MUL, a.value(), b.value())),
                Reduction.Rule.of(new Expr.Binary(BinaryOp.ADD, sum.left(), sum.right())),
                Optional.of(Reduction.Rule.of(new Expr.Fma(a.value(), b.value(), sum.left()))),
                true);
    }

    /** What {@code combiner} gives over no elements: the identity, but of a sum the zero without a sign. */
    public static Expr.Constant empty(Combiner combiner, DType dtype) {
        return combiner == Combiner.SUM ? new Expr.Constant(dtype, 0) : Identities.of(combiner.function(), dtype);
    }
}
