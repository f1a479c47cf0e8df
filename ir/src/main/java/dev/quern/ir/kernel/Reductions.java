package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
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
        Reduction.ReducedPart target = new Reduction.ReducedPart(name, Identities.of(function, dtype));
        Reduction.Input element = new Reduction.Input(name, dtype);
        return new Reduction(
                name,
                List.of(target),
                List.of(element),
                Reduction.ReductionRule.of(element.value()),
                Reduction.ReductionRule.of(new Expr.BinaryOperation(function, target.left(), target.right())),
                Optional.empty(),
                true);
    }

    /** A sum of products, each {@code fma(a, b, sum)}, rounded once; across lanes and partial results a sum of numbers. */
    public static Reduction fma(DType dtype) {
        Reduction.ReducedPart sum = new Reduction.ReducedPart("sum", Identities.of(BinaryOp.ADD, dtype));
        Reduction.Input a = new Reduction.Input("a", dtype);
        Reduction.Input b = new Reduction.Input("b", dtype);
        return new Reduction(
                "fma",
                List.of(sum),
                List.of(a, b),
                Reduction.ReductionRule.of(new Expr.BinaryOperation(BinaryOp.MUL, a.value(), b.value())),
                Reduction.ReductionRule.of(new Expr.BinaryOperation(BinaryOp.ADD, sum.left(), sum.right())),
                Optional.of(Reduction.ReductionRule.of(new Expr.Fma(a.value(), b.value(), sum.left()))),
                true);
    }

    /** What {@code combiner} gives over no elements: the identity, but of a sum the zero without a sign. */
    public static Expr.Immediate empty(Combiner combiner, DType dtype) {
        return combiner == Combiner.SUM ? new Expr.Immediate(dtype, 0) : Identities.of(combiner.function(), dtype);
    }

    /**
     * The greatest or least number with its place: NaN before any number, of equal ones the first or the last place, whatever the order.
     *
     * @param values type of the numbers
     * @param places type of the places, which are not negative
     */
    public static Reduction argument(boolean greatest, boolean last, DType values, DType places) {
        BinaryOp extreme = greatest ? BinaryOp.MAX : BinaryOp.MIN;
        Reduction.ReducedPart best = new Reduction.ReducedPart("best", Identities.of(extreme, values));
        long nowhere = last
                ? -1L >>> Long.SIZE - places.bits()
                : Identities.of(BinaryOp.MIN, places).bits();
        Reduction.ReducedPart place = new Reduction.ReducedPart("place", new Expr.Immediate(places, nowhere));
        CompareOp beats = greatest ? CompareOp.GT : CompareOp.LT;
        Expr better = new Expr.Comparison(beats, best.right(), best.left());
        Expr equal = new Expr.Comparison(CompareOp.EQ, best.right(), best.left());
        if (values.isFloat()) {
            Expr nanLeft = new Expr.UnaryOperation(UnaryOp.IS_NAN, best.left());
            Expr nanRight = new Expr.UnaryOperation(UnaryOp.IS_NAN, best.right());
            better = or(better, and(nanRight, new Expr.UnaryOperation(UnaryOp.NOT, nanLeft)));
            equal = or(equal, and(nanRight, nanLeft));
        }
        Expr nearer = new Expr.Comparison(last ? CompareOp.GT : CompareOp.LT, place.right(), place.left());
        Reduction.RuleLet taken = new Reduction.RuleLet("taken", or(better, and(equal, nearer)));
        Reduction.Input value = new Reduction.Input(best.name(), values);
        Reduction.Input index = new Reduction.Input(place.name(), places);
        return new Reduction(
                (greatest ? "arg_max" : "arg_min") + (last ? "_last" : ""),
                List.of(best, place),
                List.of(value, index),
                Reduction.ReductionRule.of(value.value(), index.value()),
                new Reduction.ReductionRule(
                        List.of(taken),
                        List.of(
                                new Expr.Conditional(taken.bound(), best.right(), best.left()),
                                new Expr.Conditional(taken.bound(), place.right(), place.left()))),
                Optional.empty(),
                true);
    }

    /**
     * A softmax in one pass: the greatest score, the sum of {@code exp(score - greatest)}, and the sum of values weighed by the same, which
     * may be wide. The weighed values divided by the sum are what attention gives. A score of -inf weighs nothing; if none is greater, the
     * sum is 0 and the quotient NaN, as that of three passes is; a score of +inf or NaN makes both NaN. Of no scores at all three passes give
     * 0, a sum of no products: who divides asks for their number, since the sum does not tell these two apart.
     *
     * <p>M. Milakov, N. Gimelshein: <i>Online normalizer calculation for softmax</i>, 2018.
     */
    public static Reduction onlineSoftmax(DType dtype) {
        Reduction.ReducedPart max = new Reduction.ReducedPart("max", Identities.of(BinaryOp.MAX, dtype));
        Reduction.ReducedPart sum = new Reduction.ReducedPart("sum", Identities.of(BinaryOp.ADD, dtype));
        Reduction.ReducedPart weighed = new Reduction.ReducedPart("weighed", Identities.of(BinaryOp.ADD, dtype));
        Reduction.Input score = new Reduction.Input("score", dtype);
        Reduction.Input value = new Reduction.Input("value", dtype);
        Expr one = Identities.of(BinaryOp.MUL, dtype);
        Expr finite = add(binary(BinaryOp.SUB, score.value(), score.value()), one);
        Reduction.RuleLet weight = new Reduction.RuleLet(
                "weight",
                new Expr.Conditional(
                        new Expr.Comparison(CompareOp.EQ, score.value(), max.identity()),
                        new Expr.Immediate(dtype, 0),
                        finite));
        Reduction.RuleLet top = new Reduction.RuleLet("top", binary(BinaryOp.MAX, max.left(), max.right()));
        Reduction.RuleLet before = new Reduction.RuleLet("before", scale(max.left(), top.bound(), one));
        Reduction.RuleLet after = new Reduction.RuleLet("after", scale(max.right(), top.bound(), one));
        return new Reduction(
                "online_softmax",
                List.of(max, sum, weighed),
                List.of(score, value),
                new Reduction.ReductionRule(
                        List.of(weight),
                        List.of(score.value(), weight.bound(), multiply(weight.bound(), value.value()))),
                new Reduction.ReductionRule(
                        List.of(top, before, after),
                        List.of(
                                top.bound(),
                                add(multiply(sum.left(), before.bound()), multiply(sum.right(), after.bound())),
                                add(
                                        multiply(weighed.left(), before.bound()),
                                        multiply(weighed.right(), after.bound())))),
                Optional.empty(),
                true);
    }

    /** {@code exp(max - top)}, and 1 where they are equal, be they infinite. */
    private static Expr scale(Expr max, Expr top, Expr one) {
        Expr exponential = new Expr.UnaryOperation(UnaryOp.EXP, binary(BinaryOp.SUB, max, top));
        return new Expr.Conditional(new Expr.Comparison(CompareOp.EQ, max, top), one, exponential);
    }

    /**
     * How many numbers, their mean, and the sum of the squares of their distances from it, in one pass.
     *
     * <p>B. P. Welford: <i>Note on a method for calculating corrected sums of squares and products</i>, 1962; joined as in T. F. Chan, G. H.
     * Golub, R. J. LeVeque: <i>Updating formulae and a pairwise algorithm for computing sample variances</i>, 1979.
     */
    public static Reduction moments(DType dtype) {
        Expr.Immediate zero = new Expr.Immediate(dtype, 0);
        Reduction.ReducedPart count = new Reduction.ReducedPart("count", zero);
        Reduction.ReducedPart mean = new Reduction.ReducedPart("mean", Identities.of(BinaryOp.ADD, dtype));
        Reduction.ReducedPart squares = new Reduction.ReducedPart("squares", Identities.of(BinaryOp.ADD, dtype));
        Reduction.Input x = new Reduction.Input("x", dtype);
        Expr one = Identities.of(BinaryOp.MUL, dtype);
        Reduction.RuleLet all = new Reduction.RuleLet("all", add(count.left(), count.right()));
        Reduction.RuleLet distance = new Reduction.RuleLet("distance", binary(BinaryOp.SUB, mean.right(), mean.left()));
        Reduction.RuleLet share = new Reduction.RuleLet("share", binary(BinaryOp.DIV, count.right(), all.bound()));
        Expr moved = add(mean.left(), multiply(distance.bound(), share.bound()));
        Expr between = multiply(multiply(distance.bound(), distance.bound()), multiply(count.left(), share.bound()));
        Expr apart = add(add(squares.left(), squares.right()), between);
        Expr noneLeft = new Expr.Comparison(CompareOp.EQ, count.left(), zero);
        Expr noneRight = new Expr.Comparison(CompareOp.EQ, count.right(), zero);
        Reduction.RuleLet next = new Reduction.RuleLet("next", add(count.left(), one));
        Reduction.RuleLet off = new Reduction.RuleLet("off", binary(BinaryOp.SUB, x.value(), mean.left()));
        Reduction.RuleLet centre =
                new Reduction.RuleLet("centre", add(mean.left(), binary(BinaryOp.DIV, off.bound(), next.bound())));
        Expr square = multiply(off.bound(), binary(BinaryOp.SUB, x.value(), centre.bound()));
        return new Reduction(
                "moments",
                List.of(count, mean, squares),
                List.of(x),
                Reduction.ReductionRule.of(one, x.value(), binary(BinaryOp.SUB, x.value(), x.value())),
                new Reduction.ReductionRule(
                        List.of(all, distance, share),
                        List.of(
                                all.bound(),
                                new Expr.Conditional(
                                        noneRight, mean.left(), new Expr.Conditional(noneLeft, mean.right(), moved)),
                                new Expr.Conditional(
                                        noneRight,
                                        squares.left(),
                                        new Expr.Conditional(noneLeft, squares.right(), apart)))),
                Optional.of(new Reduction.ReductionRule(
                        List.of(next, off, centre),
                        List.of(next.bound(), centre.bound(), add(squares.left(), square)))),
                true);
    }

    private static Expr binary(BinaryOp function, Expr left, Expr right) {
        return new Expr.BinaryOperation(function, left, right);
    }

    private static Expr add(Expr left, Expr right) {
        return binary(BinaryOp.ADD, left, right);
    }

    private static Expr multiply(Expr left, Expr right) {
        return binary(BinaryOp.MUL, left, right);
    }

    private static Expr or(Expr left, Expr right) {
        return binary(BinaryOp.OR, left, right);
    }

    private static Expr and(Expr left, Expr right) {
        return binary(BinaryOp.AND, left, right);
    }
}
