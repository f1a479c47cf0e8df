package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.InterpretedModel;
import dev.quern.runtime.ModelCompiler;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayeredModelsTest {
    private static final ModelCompiler COMPILER =
            ModelCompiler.of(Options.builder().threads(1).noCache().build());

    private static Tensor random(long... shape) {
        float[] values = new float[(int) Tensor.count(shape)];
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(values, shape);
    }

    private static int kernels(byte[] model, Tensor input) {
        try (CompiledModel compiled = COMPILER.compile(model);
                InterpretedModel interpreted = COMPILER.interpret(model)) {
            Tensor found = compiled.run(Map.of("x", input)).get("y");
            Tensor expected = interpreted.run(Map.of("x", input)).get("y");
            assertEquals(DType.F32, found.dtype());
            assertArrayEquals(expected.shape(), found.shape());
            assertArrayEquals(expected.toFloatArray(), found.toFloatArray(), 1e-3f);
            return compiled.executables().size();
        }
    }

    @Test
    void layersOfATransformerShareTheirKernels() {
        Tensor input = random(2, 5, 64);
        assertEquals(kernels(LayeredModels.transformer(2), input), kernels(LayeredModels.transformer(3), input));
    }

    @Test
    void aDenseNetComputesWhatItSays() {
        kernels(LayeredModels.dense(1), random(1, 3, 64, 64));
    }
}
