package dev.quern.onnx.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrangementTest {
    private static final OnnxGraph SAME = new OnnxBuilder()
            .node("Abs", List.of("x"), List.of("otherwise"))
            .output("otherwise")
            .graph();

    private static OnnxBuilder model() {
        return new OnnxBuilder().opset(17).input("x", DType.F32, 3).input("c", DType.BOOL);
    }

    private static OnnxBuilder choice(OnnxBuilder model, OnnxGraph then) {
        return model.node(
                "If",
                List.of("c"),
                List.of("chosen"),
                Map.of("then_branch", OnnxAttribute.of(then), "else_branch", OnnxAttribute.of(SAME)));
    }

    private static ModelException refusal(OnnxBuilder model) {
        return Imports.refusal(model, ModelException.Code.INVALID_MODEL);
    }

    @Test
    void nodesInAnyOrderGiveOneGraph() {
        List<OnnxNode> nodes = new ArrayList<>();
        for (int index = 0; index < 12; index++) {
            List<String> operands = List.of(name(index - 1), name(index - 2));
            nodes.add(new OnnxNode("", "Add", "", "", operands, List.of("v" + index), Map.of()));
        }
        Graph sorted = graph(nodes);
        Random random = new Random(5);
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(nodes, random);
            Graph graph = graph(nodes);
            assertEquals(sorted.outputs(), graph.outputs());
            assertEquals(
                    sorted.nodes().stream().map(node -> node.output().name()).toList(),
                    graph.nodes().stream().map(node -> node.output().name()).toList());
        }
    }

    private static String name(int index) {
        return index < 0 ? "x" : "v" + index;
    }

    private static Graph graph(List<OnnxNode> nodes) {
        OnnxBuilder model = model();
        nodes.forEach(model::node);
        return Imports.graph(model.output("v11"));
    }

    @Test
    void whatBodiesTakeFromOutsideIsComputedBefore() {
        OnnxGraph inner = new OnnxBuilder()
                .node("Neg", List.of("late"), List.of("n"))
                .output("n")
                .graph();
        OnnxGraph then = new OnnxBuilder()
                .node("Abs", List.of("m"), List.of("then"))
                .node(
                        "If",
                        List.of("c"),
                        List.of("m"),
                        Map.of("then_branch", OnnxAttribute.of(inner), "else_branch", OnnxAttribute.of(SAME)))
                .output("then")
                .graph();
        Graph graph = Imports.graph(
                choice(model(), then).node("Exp", List.of("x"), List.of("late")).output("chosen"));
        assertEquals(1, Imports.operations(graph, Op.If.class).size());
        assertEquals("late", graph.nodes().getFirst().output().name());
    }

    @Test
    void functionsAreSortedToo() {
        OnnxFunction function = new OnnxFunction(
                "own",
                "Twice",
                "",
                List.of("a"),
                List.of("b"),
                List.of(),
                Map.of(),
                List.of(
                        new OnnxNode("", "Neg", "", "", List.of("t"), List.of("b"), Map.of()),
                        new OnnxNode("", "Exp", "", "", List.of("a"), List.of("t"), Map.of())),
                Map.of("", 17L));
        OnnxNode call = new OnnxNode("", "Twice", "own", "", List.of("x"), List.of("y"), Map.of());
        Graph graph = Imports.graph(
                model().opset("own", 1).function(function).node(call).output("y"));
        assertEquals(2, graph.nodes().size());
    }

    @Test
    void aCycleIsRefusedWithItsNodes() {
        ModelException refused = refusal(model().node("Add", List.of("x", "d"), List.of("a"))
                .node("Neg", List.of("x"), List.of("b"))
                .node("Neg", List.of("a"), List.of("d"))
                .node("Neg", List.of("d"), List.of("e"))
                .output("e"));
        assertTrue(
                refused.getMessage()
                        .contains(
                                "node 'Add_0' (Add) needs 'd' of node 'Neg_2' (Neg), which needs 'a' of node 'Add_0'"),
                refused.getMessage());
    }

    @Test
    void aNodeThatItsOwnBodyWaitsForIsACycle() {
        OnnxGraph then = new OnnxBuilder()
                .node("Neg", List.of("chosen"), List.of("n"))
                .output("n")
                .graph();
        assertTrue(
                refusal(choice(model(), then).output("chosen")).getMessage().contains("needs 'chosen' of node 'If_0'"));
    }

    @Test
    void aLongCycleIsNamedInPart() {
        OnnxBuilder model = model();
        for (int index = 0; index < 1000; index++) {
            model.node("Neg", List.of("v" + (index + 1) % 1000), List.of("v" + index));
        }
        String message = refusal(model.output("v0")).getMessage();
        assertTrue(message.length() < 1000 && message.contains("and so on"), message);
    }

    @Test
    void namesGivenTwiceAreRefused() {
        Tensor three = Tensor.of(new float[3], 3);
        refusal(model().input("x", DType.F32, 3)
                .node("Neg", List.of("x"), List.of("y"))
                .output("y"));
        refusal(model().initializer("w", three).initializer("w", three).output("x"));
        refusal(model().node("Neg", List.of("x"), List.of("y"))
                .node("Abs", List.of("x"), List.of("y"))
                .output("y"));
        refusal(model().node("Neg", List.of("x"), List.of("x")).output("x"));
        refusal(model().initializer("w", three)
                .node("Neg", List.of("x"), List.of("w"))
                .output("w"));
        refusal(model().node("TopK", List.of("x", "x"), List.of("y", "y")).output("y"));
    }

    @Test
    void aBodyGivesNoNameThatItSees() {
        OnnxGraph then = new OnnxBuilder()
                .node("Neg", List.of("x"), List.of("seen"))
                .output("seen")
                .graph();
        assertTrue(refusal(choice(model().node("Exp", List.of("x"), List.of("seen")), then)
                        .output("chosen"))
                .getMessage()
                .contains("'seen'"));
        Graph siblings = Imports.graph(choice(choice2(model(), then), then).output("chosen"));
        assertEquals("chosen", siblings.outputs().getFirst().name());
    }

    private static OnnxBuilder choice2(OnnxBuilder model, OnnxGraph then) {
        return model.node(
                "If",
                List.of("c"),
                List.of("other"),
                Map.of("then_branch", OnnxAttribute.of(then), "else_branch", OnnxAttribute.of(SAME)));
    }

    @Test
    void emptyNamesAreRefused() {
        refusal(model().input("", DType.F32, 3).output("x"));
        refusal(model().initializer("", Tensor.of(new float[3], 3)).output("x"));
        refusal(model().output(""));
    }

    @Test
    void anOutputMayBeAnInputOrAConstant() {
        Graph graph = Imports.graph(model().initializer("w", Tensor.of(new float[3], 3))
                .node("Neg", List.of("x"), List.of("y"))
                .output("x")
                .output("w")
                .output("y")
                .output("y"));
        assertEquals(
                List.of("x", "w", "y"),
                graph.outputs().stream().map(Value::name).toList());
    }
}
