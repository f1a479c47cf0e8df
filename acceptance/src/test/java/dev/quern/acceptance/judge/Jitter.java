package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Stochastic arithmetic: results of operations that round are moved at random by about one unit in the last place, so that running a
 * graph several times shows how far rounding alone can move each output, cancellation and jumps included (J. Vignes, "A stochastic
 * arithmetic for reliable scientific computation", 1993). Operations that only move elements keep them. Sums and products of whole and
 * half numbers are exact and are kept.
 */
final class Jitter {
    /** Significant bits that an exact result and its operands may have. */
    private static final int EXACT_BITS = 10;

    /** Beyond this a sum loses the fractions of others. */
    private static final double EXACT_SIZE = 4096;

    private final Random random;
    private final boolean otherSteps;

    /** {@code otherSteps} says that sums of integers in f32 may be made in other steps too, which an engine of ours makes in the same. */
    Jitter(Random random, boolean otherSteps) {
        this.random = random;
        this.otherSteps = otherSteps;
    }

    /** Operands of operations that sum many, moved in place of the roundings in between. */
    List<Tensor> operands(Node node, List<Tensor> operands) {
        if (node.op() instanceof Op.Bitcast) {
            return operands.stream().map(this::resigned).toList();
        }
        if (!sums(node.op())) {
            return operands;
        }
        List<Tensor> moved = new ArrayList<>();
        for (Tensor operand : operands) {
            double amplitude = Math.sqrt(Math.clamp(operand.elements(), 1, 4096)) / 2 + alike(operand) / 2 + 1;
            moved.add(
                    moves(operand.dtype()) && !(exactOn(node.op()) && exact(operand))
                            ? move(operand, amplitude)
                            : operand);
        }
        return moved;
    }

    /** The same numbers, with a sign for NaN that nothing decides: which of the bits of NaN come out of arithmetic is open. */
    private Tensor resigned(Tensor tensor) {
        if (!moves(tensor.dtype())) {
            return tensor;
        }
        double[] values = RealElements.doubles(tensor);
        int width = tensor.dtype().bits() / 8;
        byte[] bytes = tensor.toByteArray();
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i]) && random.nextBoolean()) {
                // The sign is the last bit of the last byte.
                bytes[(i + 1) * width - 1] ^= (byte) 0x80;
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), tensor.dtype(), tensor.shape());
    }

    /**
     * How many elements at most are the same number, when a sum has to round them. Each is rounded alike where it is added, so that what
     * rounding does to a sum grows with their number, and not with its root as where roundings are independent.
     */
    private static double alike(Tensor operand) {
        if (!moves(operand.dtype())) {
            return 0;
        }
        double[] sorted = RealElements.doubles(operand);
        Arrays.sort(sorted);
        int most = 0;
        int first = 0;
        for (int i = 0; i < sorted.length; i++) {
            first = sorted[i] == sorted[first] ? first : i;
            most = sorted[i] == 0 ? most : Math.max(most, i - first + 1);
        }
        return Math.clamp(most - 1L, 0, 4096);
    }

    Tensor result(GraphInterpreter.Nodes nodes, Node node, List<Tensor> operands, DimBindings dims, Tensor result) {
        if (otherSteps
                && node.op() instanceof Op.Resize resize
                && result.dtype().isInteger()) {
            return ResizedIntegers.moved(resize, nodes, node, operands, dims, result, random);
        }
        if (!moves(result.dtype()) || keeps(node.op())) {
            return result;
        }
        Tensor settled =
                node.op() instanceof Op.Reduce(Combiner combiner, List<Integer> axes) && combiner == Combiner.PRODUCT
                        ? PartialProducts.unsettled(operands.getFirst(), axes, result)
                        : PartialSums.unsettled(nodes, node, operands, dims, result, random);
        if (exactOn(node.op()) && exact(result) && operands.stream().allMatch(Jitter::exact)) {
            return settled;
        }
        return switch (node.op()) {
            case Op.Resize _ -> moveBy(result, greatest(operands.getFirst()) * extent(operands.getFirst()));
            case Op.Host host
            when host.function().equals("ResizeTo") ->
                moveBy(result, greatest(operands.getFirst()) * extent(operands.getFirst()));
            case Op.Normalize normalize ->
                moveBy(
                        MeanRounding.moved(normalize, operands, result, random),
                        2 * (1 + greatest(result) + greatest(operands.getLast())));
            case Op.Softmax _, Op.Recurrent _, Op.Attention _ ->
                moveBy(result, 2 * (1 + greatest(result) + greatest(operands.getLast())));
            case Op other -> move(settled, 2);
        };
    }

    private static double greatest(Tensor tensor) {
        double greatest = 0;
        if (moves(tensor.dtype())) {
            for (double value : RealElements.doubles(tensor)) {
                greatest = Math.max(greatest, Double.isFinite(value) ? Math.abs(value) : 0);
            }
        }
        return greatest;
    }

    private static double extent(Tensor tensor) {
        return Arrays.stream(tensor.shape()).max().orElse(1);
    }

    /**
     * Moves every element by the same amount, for operations that round more than their result: weights of neighbours come from
     * coordinates, whose roundings count by how far neighbours are apart; a logarithm of 1 and little more, a bias that cancels.
     */
    private Tensor moveBy(Tensor tensor, double scale) {
        double by = scale * RealElements.unit(tensor.dtype());
        double[] values = RealElements.doubles(tensor);
        for (int i = 0; i < values.length; i++) {
            values[i] += (random.nextInt(3) - 1) * by;
        }
        return RealElements.floats(tensor.dtype(), values, tensor.shape());
    }

    private static boolean moves(DType dtype) {
        return RealElements.isReal(dtype);
    }

    private Tensor move(Tensor tensor, double amplitude) {
        double unit = RealElements.unit(tensor.dtype()) * amplitude;
        double least = RealElements.least(tensor.dtype());
        double[] values = RealElements.doubles(tensor);
        for (int i = 0; i < values.length; i++) {
            double by = random.nextInt(3) - 1;
            // A double cannot hold less than its own unit, so that type is moved by whole steps.
            values[i] = tensor.dtype() == DType.F64
                    ? values[i] + by * Math.ceil(amplitude) * Math.ulp(values[i])
                    : values[i] * (1 + by * 2 * unit) + by * least;
        }
        return RealElements.floats(tensor.dtype(), values, tensor.shape());
    }

    /**
     * Neighbours of the elements, which are as near to what they may have been rounded from; of infinities, all or none, one of the two
     * greatest numbers, since they may have been different ones.
     */
    Tensor unrounded(Tensor tensor) {
        short[] halves = new short[(int) tensor.elements()];
        double[] values = RealElements.doubles(tensor);
        boolean finite = random.nextBoolean();
        for (int i = 0; i < halves.length; i++) {
            boolean infinite = Double.isInfinite(values[i]);
            int step = infinite ? (1 + random.nextInt(2)) * -(int) Math.signum(values[i]) : random.nextInt(3) - 1;
            boolean stays = Double.isNaN(values[i]) || infinite && !finite;
            short bits = Float.floatToFloat16((float) values[i]);
            halves[i] = stays ? bits : beside(bits, step);
        }
        return Tensor.of(MemorySegment.ofArray(halves), tensor.dtype(), tensor.shape());
    }

    /** The bits of the number of 16 bits next to one, above it or below. */
    private static short beside(short bits, int direction) {
        int ordered = bits < 0 ? -(bits & 0x7FFF) : bits;
        int moved = ordered + direction;
        return (short) (moved < 0 ? -moved | 0x8000 : moved);
    }

    private static boolean exact(Tensor tensor) {
        if (!RealElements.isReal(tensor.dtype())) {
            return true;
        }
        int bits =
                Math.min(EXACT_BITS, (int) Math.round(-Math.log(RealElements.unit(tensor.dtype())) / Math.log(2)) / 2);
        return Arrays.stream(RealElements.doubles(tensor)).allMatch(value -> round(value, bits));
    }

    /** Whether all but the first bits of the mantissa are zero, and the number is a multiple of 1/64 and of ordinary size. */
    private static boolean round(double value, int bits) {
        long mantissa = Double.doubleToRawLongBits(value) & ((1L << 52) - 1);
        return !Double.isFinite(value)
                || (mantissa << (12 + bits)) == 0
                        && value * 64 == Math.rint(value * 64)
                        && Math.abs(value) <= EXACT_SIZE;
    }

    private static boolean sums(Op op) {
        return switch (op) {
            case Op.Reduce reduce -> reduce.combiner() == Combiner.SUM || reduce.combiner() == Combiner.PRODUCT;
            case Op.Contract _,
                    Op.Convolve _,
                    Op.ConvolveTransposed _,
                    Op.Pool _,
                    Op.Normalize _,
                    Op.Softmax _,
                    Op.Attention _,
                    Op.Recurrent _,
                    Op.Cumulate _ -> true;
            case Op other -> false;
        };
    }

    private static boolean exactOn(Op op) {
        return switch (op) {
            case Op.Binary(BinaryOp function) ->
                switch (function) {
                    case ADD, SUB, MUL, DIV, REM, MOD -> true;
                    default -> false;
                };
            case Op.Reduce _, Op.Contract _, Op.Convolve _, Op.ConvolveTransposed _, Op.Pool _, Op.Cumulate _ -> true;
            case Op.Cast _, Op.Dequantize _ -> true;
            case Op other -> false;
        };
    }

    /** Operations whose results are elements of their operands, or known without rounding. */
    private static boolean keeps(Op op) {
        return switch (op) {
            case Op.Binary(BinaryOp function) -> function == BinaryOp.MAX || function == BinaryOp.MIN;
            case Op.Unary(UnaryOp function) ->
                switch (function) {
                    case ABS, NEG, SIGN, FLOOR, CEIL, ROUND -> true;
                    default -> false;
                };
            case Op.Reduce reduce -> reduce.combiner() != Combiner.SUM && reduce.combiner() != Combiner.PRODUCT;
            case Op.Constant _,
                    Op.Select _,
                    Op.Bitcast _,
                    Op.Reshape _,
                    Op.Transpose _,
                    Op.Broadcast _,
                    Op.Slice _,
                    Op.Concat _,
                    Op.Pad _,
                    Op.Iota _,
                    Op.Gather _,
                    Op.GatherElements _,
                    Op.GatherNd _,
                    Op.TopK _,
                    Op.Encoded _,
                    Op.If _,
                    Op.Loop _,
                    Op.Scan _ -> true;
            case Op.Resize(ResizeRule rule, var scales, var shape) -> rule.mode() == ResizeRule.Interpolation.NEAREST;
            case Op.Host(String function, var attributes) -> !function.equals("ResizeTo");
            case Op.ScatterElements _, Op.ScatterNd _ -> false;
            case Op other -> false;
        };
    }
}
