package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where ONNX Runtime adds and multiplies integers in f64 and brings what comes out into their range, while Quern, like NumPy, by which
 * ONNX's reference implementation computes, is exact and wraps.
 */
final class IntegerDeviations {
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger GREATEST = BigInteger.valueOf(Long.MAX_VALUE);

    private IntegerDeviations() {}

    /**
     * Reductions of 64-bit integers: every element is rounded to f64, and so is every partial result, in an order that depends on the
     * shape. Each element of the result must lie within these roundings of the exact one, both brought into range.
     */
    static boolean inReals(Difference difference) {
        if (!difference.is("ReduceSum", "ReduceMean", "ReduceProd", "ReduceL1", "ReduceSumSquare")
                || !difference.of(DType.I64)
                || difference.expected().elements() == 0
                || !Arrays.equals(
                        difference.expected().shape(), difference.found().shape())) {
            return false;
        }
        Tensor operand = difference.operand();
        List<Integer> axes = difference.reducedAxes();
        boolean product = difference.is("ReduceProd");
        long[] found = difference.found().toLongArray();
        BigInteger[] exact = new BigInteger[found.length];
        BigInteger[] sizes = new BigInteger[found.length];
        Arrays.fill(exact, product ? BigInteger.ONE : BigInteger.ZERO);
        Arrays.fill(sizes, product ? BigInteger.ONE : BigInteger.ZERO);
        long[] elements = operand.toLongArray();
        for (int i = 0; i < elements.length; i++) {
            int at = PartialProducts.place(i, operand.shape(), axes);
            BigInteger term = term(difference, elements[i]);
            exact[at] = product ? exact[at].multiply(term) : exact[at].add(term);
            boolean zero = product && term.signum() == 0;
            sizes[at] = product ? sizes[at].multiply(zero ? BigInteger.ONE : term.abs()) : sizes[at].add(term.abs());
        }
        long terms = elements.length / found.length;
        long parts = difference.is("ReduceMean") ? terms : 1;
        return IntStream.range(0, found.length)
                .allMatch(i -> isNear(exact[i], sizes[i], product, terms, parts, BigInteger.valueOf(found[i])));
    }

    private static BigInteger term(Difference difference, long element) {
        BigInteger value = BigInteger.valueOf(element);
        return difference.is("ReduceL1") ? value.abs() : difference.is("ReduceSumSquare") ? value.pow(2) : value;
    }

    /** Whether {@code found} may come of {@code exact} by two roundings of each of {@code terms}, all of them together of {@code size}. */
    private static boolean isNear(
            BigInteger exact, BigInteger size, boolean product, long terms, long parts, BigInteger found) {
        if (size.bitLength() > Double.MAX_EXPONENT) {
            // Infinity times what comes after it, which may be 0.
            return true;
        }
        BigInteger wrong = new BigDecimal(product ? exact.abs() : size)
                .multiply(BigDecimal.valueOf((2 * terms + 1) * 0x1p-53))
                .toBigInteger();
        BigInteger divisor = BigInteger.valueOf(parts);
        BigInteger slack = parts == 1 ? BigInteger.ZERO : BigInteger.ONE;
        BigInteger low = exact.subtract(wrong).divide(divisor).subtract(slack);
        BigInteger high = exact.add(wrong).divide(divisor).add(slack);
        return found.compareTo(ranged(low)) >= 0 && found.compareTo(ranged(high)) <= 0;
    }

    private static BigInteger ranged(BigInteger value) {
        return value.max(LEAST).min(GREATEST);
    }

    /**
     * A power with 2 or 3 as its only exponent is a product, which wraps; others are those of f64, which make the least number of what the
     * type does not have.
     */
    static boolean smallPower(Difference difference) {
        if (!difference.is("Pow")
                || !difference.of(DType.I32, DType.I64)
                || difference.expected().elements() == 0) {
            return false;
        }
        Tensor exponents = difference.operands().get(1);
        Tensor base = difference.operand();
        long exponent = exponents.elements() != 1
                ? 0
                : Long.parseLong(RealElements.text(exponents, 0).replace(".0", ""));
        return exponent > 0
                && base.elements() == difference.found().elements()
                && IntStream.range(0, (int) base.elements()).allMatch(i -> {
                    long x = Long.parseLong(RealElements.text(base, i));
                    long product = exponent == 2 ? x * x : x * x * x;
                    double real = Math.pow(x, exponent);
                    long cut = Math.abs(real) < 0x1p63 ? (long) real : Long.MIN_VALUE;
                    long power = exponent == 2 || exponent == 3 ? product : cut;
                    long found = Long.parseLong(RealElements.text(difference.found(), i));
                    return found == (base.dtype() == DType.I32 ? (int) power : power);
                });
    }

    /** Numbers that u32 or u64 do not have become what the processor's instruction makes of them, which depends on their place. */
    static boolean beyondRange(Difference difference) {
        if (!difference.is("Cast") || !RealElements.isReal(difference.operand().dtype())) {
            return false;
        }
        DType type = difference.expected().dtype();
        double greatest = Math.scalb(1.0, type.bits());
        double[] x = RealElements.doubles(difference.operand());
        return (type == DType.U32 || type == DType.U64)
                && IntStream.range(0, x.length)
                        .allMatch(i -> !(x[i] > -1 && x[i] < greatest)
                                || RealElements.text(difference.expected(), i)
                                        .equals(RealElements.text(difference.found(), i)));
    }

    /** The remainder that C's {@code fmod} gives is that of the operands in f64, which has no integers beyond 2^53. */
    static boolean remainderInReals(Difference difference) {
        if (!difference.is("Mod") || difference.integer("fmod", 0) == 0 || !difference.of(DType.I64)) {
            return false;
        }
        long[] left = difference.operand().toLongArray();
        long[] right = difference.operands().get(1).toLongArray();
        long[] expected = difference.expected().toLongArray();
        long[] found = difference.found().toLongArray();
        if (!fits(left, found) || !fits(right, found)) {
            return false;
        }
        return IntStream.range(0, found.length).allMatch(i -> {
            double x = left[left.length == 1 ? 0 : i];
            double y = right[right.length == 1 ? 0 : i];
            return found[i] == expected[i] || found[i] == (long) (x % y);
        });
    }

    private static boolean fits(long[] operand, long[] result) {
        return operand.length == 1 || operand.length == result.length;
    }

    /**
     * Einsum adds up what has a letter that no other operand and no result has before it multiplies, by its ReduceSum, which is in f64
     * and saturates: a sum of such an operand can leave the range, or what f64 has exactly.
     */
    static boolean sumsAlone(Difference difference) {
        if (!difference.is("Einsum")
                || !difference.of(DType.I32, DType.I64)
                || !(difference.node().attributes().get("equation") instanceof OnnxAttribute.EncodedText equation)) {
            return false;
        }
        String[] terms = equation.value().replace(" ", "").split("->|,");
        String all = String.join(",", terms);
        return IntStream.range(0, difference.operands().size()).anyMatch(i -> {
            boolean alone = terms[i].chars().anyMatch(letter -> all.indexOf(letter) == all.lastIndexOf(letter));
            Tensor operand = difference.operands().get(i);
            boolean narrow = operand.dtype() == DType.I32;
            double size = IntStream.range(0, (int) operand.elements())
                    .mapToDouble(k -> Math.abs(Double.parseDouble(RealElements.text(operand, k))))
                    .sum();
            return alone && size > (narrow ? Integer.MAX_VALUE : 0x1p53);
        });
    }
}
