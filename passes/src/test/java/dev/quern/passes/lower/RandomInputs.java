package dev.quern.passes.lower;

import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A graph being built at random, and tensors for its inputs. */
abstract class RandomInputs {
    private static final int[] EXTENTS = {1, 2, 3, 4, 5, 7, 9, 16, 18};

    final Random random;
    final GraphBuilder builder = new GraphBuilder("random");
    final Map<String, Tensor> inputs = new LinkedHashMap<>();
    final Map<String, Long> symbols = new LinkedHashMap<>();

    private int extent = 4;

    RandomInputs(long seed) {
        random = new Random(seed);
    }

    /** An extent; now and then the one before, so that axes can take each other's place. */
    int extent() {
        if (random.nextInt(3) > 0) {
            extent = EXTENTS[random.nextInt(EXTENTS.length)];
        }
        return extent;
    }

    Value given(TensorType type) {
        String name = "in" + inputs.size();
        inputs.put(name, floats(type.shape()));
        return builder.input(name, type);
    }

    long size(Dim dim) {
        return dim.evaluate(symbols::get);
    }

    long size(Shape shape) {
        return size(shape.elements());
    }

    Tensor floats(Shape shape) {
        long[] extents = shape.dims().stream().mapToLong(this::size).toArray();
        float[] data = new float[(int) Tensor.count(extents)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(-16, 17) / 8f;
        }
        return Tensor.of(data, extents);
    }

    Value constant(Dim... dims) {
        return builder.constant(floats(Shape.of(dims)));
    }
}
