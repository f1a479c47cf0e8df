package dev.quern.tune;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** An operator that can be tuned without a model: a graph of one operation, on float32 where its name says nothing else, of which one kernel does the work. */
public enum TunedOperator {
    /** A product with weights. */
    MATMUL("MxKxN", "384x768x768") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return product(graph, input(graph, n[0], n[1]), weights(graph, n[1], n[2]));
        }
    },
    /** The same of bfloat16, summed in float32, as devices with instructions for products of tiles have it. */
    MATMUL_BF16("MxKxN", "1024x768x768") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            Value rows = input(graph, DType.BF16, n[0], n[1]);
            Value columns = graph.constant(brain(n[1], n[2]));
            return graph.cast(product(graph, rows, columns), DType.BF16);
        }
    },
    /** A row times weights. */
    GEMV("KxN", "1024x4096") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return product(graph, input(graph, 1, n[0]), weights(graph, n[0], n[1]));
        }
    },
    /** A convolution of a square image that keeps its size. */
    CONV("SIZExCHANNELSxFILTERSxWINDOW", "56x64x64x3") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.add(
                    new Op.Convolve(window(n[3], 1, n[3] / 2), 1),
                    input(graph, 1, n[0], n[0], n[1]),
                    weights(graph, n[3], n[3], n[1], n[2]));
        }
    },
    /** A convolution of each channel of a square image by itself. */
    DEPTHWISE("SIZExCHANNELSxWINDOW", "112x32x3") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.add(
                    new Op.Convolve(window(n[2], 1, n[2] / 2), Math.toIntExact(n[1])),
                    input(graph, 1, n[0], n[0], n[1]),
                    weights(graph, n[2], n[2], 1, n[1]));
        }
    },
    /** The greatest of windows of a square image, two apart. */
    POOL("SIZExCHANNELSxWINDOW", "112x64x3") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.add(
                    new Op.Pool(Op.PoolKind.MAX, window(n[2], 2, n[2] / 2), false), input(graph, 1, n[0], n[0], n[1]));
        }
    },
    /** Softmax of rows. */
    SOFTMAX("ROWSxCOLUMNS", "1536x128") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.add(new Op.Softmax(1, false), input(graph, n[0], n[1]));
        }
    },
    /** Normalisation of rows by mean and variance. */
    NORMALIZE("ROWSxCOLUMNS", "128x384") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.add(new Op.Normalize(1, 1e-5, true), input(graph, n[0], n[1]));
        }
    },
    /** Sums of rows. */
    SUM("ROWSxCOLUMNS", "128x3072") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.reduce(Combiner.SUM, input(graph, n[0], n[1]), List.of(1), false);
        }
    },
    /** A function of each element. */
    ELEMENTWISE("ROWSxCOLUMNS", "128x1536") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            return graph.unary(UnaryOp.TANH, input(graph, n[0], n[1]));
        }
    },
    /** The steps of an LSTM. */
    LSTM("STEPSxBATCHxINPUTSxUNITS", "50x4x128x256") {
        @Override
        Value value(GraphBuilder graph, long[] n) {
            Op layer = new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Sigmoid", "Tanh", "Tanh"), false);
            return graph.addAll(
                            layer,
                            List.of(
                                    input(graph, n[0], n[1], n[2]),
                                    weights(graph, 4 * n[3], n[2]),
                                    weights(graph, 4 * n[3], n[3]),
                                    weights(graph, 8 * n[3]),
                                    weights(graph, n[1], n[3]),
                                    weights(graph, n[1], n[3])))
                    .getFirst();
        }
    };

    private static final long MOST_ELEMENTS = 1L << 28;

    private final String axes;
    private final String usual;

    TunedOperator(String axes, String usual) {
        this.axes = axes;
        this.usual = usual;
    }

    abstract Value value(GraphBuilder graph, long[] sizes);

    /** Its name, such as {@code matmul}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the numbers of a shape mean, such as {@code MxKxN}. */
    public String axes() {
        return axes;
    }

    /** A shape for those who name none. */
    public String usual() {
        return usual;
    }

    /**
     * The operator called {@code name}.
     *
     * @throws ModelException if there is none
     */
    public static TunedOperator of(String name) {
        for (TunedOperator operator : values()) {
            if (operator.text().equals(name)) {
                return operator;
            }
        }
        throw new ModelException(
                ModelException.Code.INVALID_INPUT,
                "operator '" + name + "'",
                "expected one of "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(TunedOperator::text).toList()));
    }

    /**
     * The graph.
     *
     * @param shape such as {@code 384x768x768}
     * @throws ModelException if the shape is not one of this operator's, or no tensor can have so many elements
     */
    public Graph graph(String shape) {
        long[] sizes = sizes(shape);
        GraphBuilder graph = new GraphBuilder(text());
        return graph.build(List.of(value(graph, sizes)));
    }

    /** Whether {@code shape} has as many numbers as one of this operator's, be they small enough or not. */
    boolean isShape(String shape) {
        try {
            return sizes(shape).length > 0;
        } catch (ModelException none) {
            return false;
        }
    }

    private long[] sizes(String shape) {
        List<String> parts = List.of(shape.split("x", -1));
        boolean fits = parts.size() == axes.split("x", -1).length
                && parts.stream().allMatch(part -> part.matches("[1-9][0-9]{0,8}"));
        if (!fits) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "shape '" + shape + "' of " + text(),
                    "expected " + axes + ", such as " + usual);
        }
        return parts.stream().mapToLong(Long::parseLong).toArray();
    }

    private static void requireFew(long... shape) {
        double elements = Arrays.stream(shape).asDoubleStream().reduce(1, (all, extent) -> all * extent);
        if (elements > MOST_ELEMENTS) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "a tensor of shape " + Arrays.toString(shape),
                    "expected at most " + MOST_ELEMENTS + " elements; name a smaller shape");
        }
    }

    private static Value input(GraphBuilder graph, long... shape) {
        return input(graph, DType.F32, shape);
    }

    private static Value input(GraphBuilder graph, DType type, long... shape) {
        requireFew(shape);
        List<Dim> dims = new ArrayList<>();
        Arrays.stream(shape).forEach(extent -> dims.add(Dim.of(extent)));
        return graph.input("x", new TensorType(type, Shape.of(dims.toArray(Dim[]::new))));
    }

    /** Random numbers in [-1, 1), the same each time. */
    private static Value weights(GraphBuilder graph, long... shape) {
        return graph.constant(Tensor.of(noise(shape), shape));
    }

    /** The same in bfloat16, rounded towards zero. */
    private static Tensor brain(long... shape) {
        float[] numbers = noise(shape);
        short[] bits = new short[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) (Float.floatToRawIntBits(numbers[i]) >>> Short.SIZE);
        }
        return Tensor.of(MemorySegment.ofArray(bits), DType.BF16, shape);
    }

    private static float[] noise(long... shape) {
        requireFew(shape);
        Random random = new Random(Arrays.hashCode(shape));
        float[] data = new float[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat() * 2 - 1;
        }
        return data;
    }

    private static Value product(GraphBuilder graph, Value rows, Value columns) {
        return graph.add(
                new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32), rows, columns);
    }

    private static Window window(long extent, int stride, long padding) {
        List<Dim> around = Collections.nCopies(2, Dim.of(padding));
        return new Window(
                Collections.nCopies(2, Math.toIntExact(extent)),
                Collections.nCopies(2, stride),
                List.of(1, 1),
                around,
                around);
    }
}
