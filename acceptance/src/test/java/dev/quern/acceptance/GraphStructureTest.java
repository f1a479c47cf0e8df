package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Inputs with defaults, outputs that no node gives, nodes in any order. */
class GraphStructureTest {
    private static final Tensor X = SmallModel.floats(1, -2, 3);
    private static final Tensor W = SmallModel.floats(10, 20, 30);
    private static final Tensor TRUE = Tensor.of(new boolean[] {true});
    private static final Tensor FALSE = Tensor.of(new boolean[] {false});

    private static OnnxBuilder model() {
        return new OnnxBuilder().opset(17).input("x", DType.F32, "n");
    }

    private static OnnxBuilder withDefault() {
        return model().input("w", DType.F32, "n").initializer("w", SmallModel.floats(1, 1, 1));
    }

    @Test
    void aDefaultHoldsUnlessItIsGiven() {
        OnnxBuilder model = withDefault()
                .node("Mul", List.of("x", "w"), List.of("p"))
                .node("Exp", List.of("w"), List.of("e"))
                .node("Add", List.of("p", "e"), List.of("y"))
                .output("y", DType.F32, "n");
        SmallModel.of("default input", model)
                .run(Map.of("x", X))
                .run(Map.of("x", X, "w", W))
                .run(Map.of("x", X))
                .run(Map.of("x", SmallModel.floats(1, 2, 3, 4), "w", SmallModel.floats(4, 3, 2, 1)))
                .agrees();
    }

    @Test
    void optionalInputsAreCompiledOnceAndListed() {
        OnnxBuilder model =
                withDefault().node("Add", List.of("x", "w"), List.of("y")).output("y", DType.F32, "n");
        try (CompiledModel loaded = ModelCompiler.of(Options.defaults()).compile(model.build())) {
            assertEquals(
                    List.of(
                            new TensorInfo("x", DType.F32, List.of("n")),
                            new TensorInfo("w", DType.F32, List.of("n"), true)),
                    loaded.inputs());
            loaded.run(Map.of("x", X));
            assertEquals(1, loaded.compilations());
            for (float shift = 0; shift < 3; shift++) {
                Tensor y = loaded.run(Map.of("x", X, "w", SmallModel.floats(shift, shift, shift)))
                        .get("y");
                assertArrayEquals(new float[] {1 + shift, -2 + shift, 3 + shift}, y.toFloatArray());
            }
            assertEquals(2, loaded.compilations());
            assertArrayEquals(
                    new float[] {2, -1, 4}, loaded.run(Map.of("x", X)).get("y").toFloatArray());
        }
    }

    @Test
    void weightsOfOldFilesCanBeGivenToo() {
        OnnxModel now = new OnnxBuilder()
                .opset(8)
                .input("x", DType.F32, 2, 3)
                .input("w", DType.F32, 3, 2)
                .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, 2, 2)
                .model();
        OnnxModel old = new OnnxModel(3, now.producer(), now.opsets(), now.graph(), now.functions(), now.metadata());
        Tensor x = Tensor.of(new float[] {1, 0, 0, 0, 1, 1}, 2, 3);
        try (Model model = Model.load(OnnxWriter.toBytes(old), Options.defaults())) {
            assertArrayEquals(
                    new float[] {1, 2, 8, 10},
                    model.run(Map.of("x", x)).get("y").toFloatArray());
            Tensor w = Tensor.of(new float[] {7, 7, 1, 2, 1, 2}, 3, 2);
            assertArrayEquals(
                    new float[] {7, 7, 2, 4},
                    model.run(Map.of("x", x, "w", w)).get("y").toFloatArray());
        }
    }

    @Test
    void aDefaultThatIsAParameterCanBeGiven() {
        OnnxBuilder model = new OnnxBuilder()
                .opset(18)
                .input("x", DType.F32, 2, 3)
                .input("axes", DType.I64, 1)
                .initializer("axes", SmallModel.longs(0))
                .node("ReduceSum", List.of("x", "axes"), List.of("y"))
                .output("y", DType.F32, "rows", "columns");
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        SmallModel.of("default axes", model)
                .run(Map.of("x", x))
                .run(Map.of("x", x, "axes", SmallModel.longs(1)))
                .run(Map.of("x", x, "axes", SmallModel.longs(-2)))
                .agrees();
        SmallModel.refused(ModelException.Code.INVALID_INPUT, model, Map.of("x", x, "axes", SmallModel.longs(2)));
    }

    @Test
    void aDefaultGivenBadlyIsRefused() {
        OnnxBuilder model =
                withDefault().node("Add", List.of("x", "w"), List.of("y")).output("y", DType.F32, "n");
        SmallModel.refused(ModelException.Code.INVALID_INPUT, model, Map.of("x", X, "w", SmallModel.longs(1, 2, 3)));
        SmallModel.refused(
                ModelException.Code.INVALID_INPUT, model, Map.of("x", X, "w", Tensor.of(new float[3], 1, 3)));
        assertTrue(SmallModel.refused(ModelException.Code.INVALID_INPUT, model, Map.of("x", X, "w", W, "v", W))
                .contains("[v]: unknown"));
        assertTrue(SmallModel.refused(ModelException.Code.INVALID_INPUT, model, Map.of("w", W))
                .contains("input 'x': missing"));
        OnnxBuilder misfit = model().input("w", DType.F32, 4)
                .initializer("w", X)
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, "n");
        SmallModel.refused(ModelException.Code.INVALID_MODEL, misfit, Map.of("x", X));
    }

    @Test
    void outputsMayBeInputsOrConstants() {
        SmallModel.of("only an input", model().output("x", DType.F32, "n"))
                .run(Map.of("x", X))
                .agrees();
        SmallModel.of(
                        "inputs, constants, and results of them",
                        model().input("z", DType.F32, "n")
                                .initializer("w", W)
                                .node("Identity", List.of("x"), List.of("same"))
                                .node("Identity", List.of("w"), List.of("constant"))
                                .node("Identity", List.of("constant"), List.of("again"))
                                .node("Neg", List.of("x"), List.of("y"))
                                .output("z", DType.F32, "n")
                                .output("x", DType.F32, "n")
                                .output("same", DType.F32, "n")
                                .output("w", DType.F32, 3)
                                .output("again", DType.F32, 3)
                                .output("constant", DType.F32, 3)
                                .output("y", DType.F32, "n"))
                .run(Map.of("x", X, "z", W))
                .agrees();
    }

    @Test
    void anOptionalInputMayBeAnOutput() {
        OnnxBuilder model = withDefault()
                .node("Add", List.of("x", "w"), List.of("y"))
                .output("w", DType.F32, "n")
                .output("y", DType.F32, "n");
        SmallModel.of("default input as output", model)
                .run(Map.of("x", X))
                .run(Map.of("x", X, "w", W))
                .agrees();
    }

    @Test
    void resultsOfBodiesMayBeValuesAround() {
        OnnxGraph outer = new OnnxBuilder()
                .name("outer")
                .output("x")
                .output("x")
                .output("w")
                .graph();
        OnnxGraph own = new OnnxBuilder()
                .name("own")
                .node("Neg", List.of("x"), List.of("n"))
                .output("n")
                .output("n")
                .output("w")
                .graph();
        OnnxBuilder model = model().input("c", DType.BOOL)
                .initializer("w", W)
                .node(
                        "If",
                        List.of("c"),
                        List.of("a", "b", "d"),
                        Map.of("then_branch", OnnxAttribute.of(outer), "else_branch", OnnxAttribute.of(own)))
                .output("a", DType.F32, "n")
                .output("b", DType.F32, "n")
                .output("d", DType.F32, 3);
        SmallModel.of("bodies", model)
                .run(Map.of("x", X, "c", TRUE))
                .run(Map.of("x", X, "c", FALSE))
                .agreesAlone();
    }

    /** ONNX Runtime sorts the nodes of a model, but not those of bodies. */
    @Test
    void nodesAreSorted() {
        OnnxGraph then = new OnnxBuilder()
                .node("Add", List.of("inner", "late"), List.of("then"))
                .node("Exp", List.of("x"), List.of("inner"))
                .output("then", DType.F32, "n")
                .graph();
        OnnxGraph otherwise = new OnnxBuilder()
                .node("Abs", List.of("late"), List.of("otherwise"))
                .output("otherwise", DType.F32, "n")
                .graph();
        OnnxBuilder model = model().input("c", DType.BOOL)
                .node("Relu", List.of("z"), List.of("y"))
                .node(
                        "If",
                        List.of("c"),
                        List.of("z"),
                        Map.of("then_branch", OnnxAttribute.of(then), "else_branch", OnnxAttribute.of(otherwise)))
                .node("Neg", List.of("x"), List.of("late"))
                .output("y", DType.F32, "n");
        SmallModel.of("unsorted", model)
                .run(Map.of("x", X, "c", TRUE))
                .run(Map.of("x", X, "c", FALSE))
                .agreesAlone();
    }
}
