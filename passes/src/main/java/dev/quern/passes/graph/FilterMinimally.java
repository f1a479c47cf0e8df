package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import dev.quern.ir.graph.Winograd;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code convolve(x, w) = convolve_winograd(x, G w G^T)} for constant windows of 3 by 3, where that is less work: see {@link Winograd}. Not for
 * windows of small multiples of one power of two, whose sums may be meant to be exact, nor for weights near the ends of what a float holds.
 */
final class FilterMinimally {
    static final Rule RULE =
            new Rule("convolve(x, w) = convolve_winograd(x, G w G^T) for constant w", FilterMinimally::filtered);

    private static final Winograd TILES = new Winograd(4);

    /** Elements of weights that are read from beyond the second-level cache for a block of tiles cost as much as so many multiply-adds. */
    private static final double STREAMED = 15;

    /** Tiles that go through the weights together. */
    private static final double BLOCK = 48;

    /** What an operand or result of a tile's products costs to be transformed, in multiply-adds. */
    private static final double TRANSFORMED = 7;

    /** Multiply-adds to be saved in an image, for the memory that transformed weights take and the time that the kernel takes to be compiled. */
    private static final double LEAST_SAVED = 1e8;

    /** Transformed weights are four times as many as those of the window; they are made in doubles, at once. */
    private static final double MOST_WEIGHTS = 8 << 20;

    /** Of the greatest weight: transformed ones, and products with operands as large, are still far from the ends of what a float holds. */
    private static final int MOST_EXPONENT = 60;

    /** Weights of a channel that have no more binary digits in all are whole numbers that were scaled. */
    private static final int EXACT_BITS = 10;

    private FilterMinimally() {}

    private static Optional<Value> filtered(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Convolve(Window window, int groups)) || groups != 1 || !isPlain(window)) {
            return Optional.empty();
        }
        Optional<Literal> weights = rewriting.literal(node.input(1));
        Shape result = node.output().type().shape();
        if (weights.isEmpty()
                || node.output().type().dtype() != DType.F32
                || !result.with(0, Dim.ONE).isConstant()
                || !pays(node.input(1).type().shape(), result)
                || !mayRound(weights.get().tensor().toFloatArray(), (int)
                        result.dim(3).constant())) {
            return Optional.empty();
        }
        Value transformed = rewriting.derived(
                node.input(1),
                TILES,
                () -> rewriting.constant(
                        transformed(node.input(1), weights.get().tensor(), node.origin()), node.origin()));
        return Optional.of(
                rewriting.emit(new Op.ConvolveWinograd(window, TILES), node.origin(), node.input(0), transformed));
    }

    /**
     * Whether weights are not extreme, not all whole numbers, and not for each result, in units of some power of two, small whole numbers.
     *
     * @param results how many channels the result has; the innermost axis
     */
    private static boolean mayRound(float[] weights, int results) {
        int[] lowestBit = new int[results];
        int[] greatest = new int[results];
        Arrays.fill(lowestBit, Float.MAX_EXPONENT);
        Arrays.fill(greatest, Float.MIN_EXPONENT - Float.PRECISION);
        boolean areWhole = true;
        for (int at = 0; at < weights.length; at++) {
            float weight = weights[at];
            if (!Float.isFinite(weight)) {
                return false;
            }
            areWhole &= weight == Math.rint(weight);
            if (weight != 0) {
                // A subnormal number has no leading bit beside its fraction; what is said of it is one off, of weights
                // that are extreme then.
                int fraction = Float.floatToRawIntBits(weight) & 0x7FFFFF | 0x800000;
                int exponent = Math.getExponent(weight);
                int lowest = exponent - (Float.PRECISION - 1) + Integer.numberOfTrailingZeros(fraction);
                lowestBit[at % results] = Math.min(lowestBit[at % results], lowest);
                greatest[at % results] = Math.max(greatest[at % results], exponent);
            }
        }
        boolean mayRound = false;
        int most = Float.MIN_EXPONENT - Float.PRECISION;
        for (int channel = 0; channel < results; channel++) {
            mayRound |= greatest[channel] - lowestBit[channel] >= EXACT_BITS;
            most = Math.max(most, greatest[channel]);
        }
        return mayRound && !areWhole && Math.abs(most) <= MOST_EXPONENT;
    }

    private static boolean isPlain(Window window) {
        return window.extents().equals(List.of(Winograd.TAPS, Winograd.TAPS))
                && window.strides().equals(List.of(1, 1))
                && window.dilations().equals(List.of(1, 1));
    }

    /** Whether products and transforms take less than the sums of the definition do. */
    private static boolean pays(Shape weights, Shape result) {
        double channels = weights.dim(2).constant();
        double columns = weights.dim(3).constant();
        double positions = (double) TILES.reach() * TILES.reach();
        double tiles = Math.ceilDiv(result.dim(1).constant(), TILES.tile())
                * (double) Math.ceilDiv(result.dim(2).constant(), TILES.tile());
        double blocks = Math.ceil(tiles / BLOCK);
        double direct = Winograd.TAPS
                * Winograd.TAPS
                * channels
                * columns
                * result.dim(1).constant()
                * result.dim(2).constant();
        double products = positions * channels * columns * (tiles + STREAMED * blocks);
        double transforms = TRANSFORMED * positions * tiles * (channels + columns);
        return positions * channels * columns <= MOST_WEIGHTS && direct - products - transforms >= LEAST_SAVED;
    }

    private static Tensor transformed(Value weights, Tensor tensor, String origin) {
        double[][] matrix = TILES.weights();
        int reach = TILES.reach();
        float[] both = new float[reach * reach * Winograd.TAPS * Winograd.TAPS];
        int at = 0;
        for (double[] down : matrix) {
            for (double[] across : matrix) {
                for (double vertical : down) {
                    for (double horizontal : across) {
                        both[at++] = (float) (vertical * horizontal);
                    }
                }
            }
        }
        Tensor factors = Tensor.of(both, (long) reach * reach, Winograd.TAPS, Winograd.TAPS);
        Value left = new Value(
                "factors", new TensorType(DType.F32, Shape.of((long) reach * reach, Winograd.TAPS, Winograd.TAPS)));
        Op transform =
                new Op.Contract(List.of("p", "i", "j"), List.of("i", "j", "c", "m"), List.of("p", "c", "m"), DType.F32);
        TensorType type = TypeInference.infer(transform, List.of(left.type(), weights.type()))
                .getFirst();
        Node node = new Node(transform, List.of(left, weights), List.of(new Value("transformed", type)), origin);
        return new GraphInterpreter()
                .evaluate(node, List.of(factors, tensor), new DimBindings())
                .getFirst();
    }
}
