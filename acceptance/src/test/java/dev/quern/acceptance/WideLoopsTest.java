package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ModelException;
import dev.quern.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A shape that is never stored may have more elements than 32 bits count: refused, not wrapped. */
class WideLoopsTest {
    private static Map<String, Tensor> run(QuernPath engine, int rows, int columns) {
        Fault fault = new Fault("reduced broadcast")
                .opset(13)
                .input("x", Tensor.of(new float[] {3}, 1, 1))
                .dynamic("a", Tensor.of(new float[rows], rows))
                .dynamic("b", Tensor.of(new float[columns], columns))
                .constant("m", Tensor.of(new long[] {-1}, 1))
                .nodes(
                        "s = Shape(a)",
                        "t = Shape(b)",
                        "c = Concat(s, t) axis=0",
                        "e = Expand(x, c)",
                        "r = Reshape(e, m)",
                        "y = ReduceMax(r) keepdims=0");
        return engine.run(fault.model().output("y").build(), fault.inputs());
    }

    @Test
    void productsOfExtentsDoNotWrap() {
        for (QuernPath engine : new QuernPath[] {QuernPath.VECTOR, QuernPath.SCALAR}) {
            assertArrayEquals(new float[] {3}, run(engine, 5, 7).get("y").toFloatArray());
            int[][] large = {{65_536, 65_536}, {65_536, 65_537}, {65_536, 32_768}};
            for (int[] extents : large) {
                ModelException refused = assertThrows(ModelException.class, () -> run(engine, extents[0], extents[1]));
                assertEquals(ModelException.Code.LIMIT, refused.code(), refused.getMessage());
            }
        }
    }
}
