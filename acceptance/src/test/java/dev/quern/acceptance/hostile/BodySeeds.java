package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.List;
import java.util.Map;

/** Valid models with graphs inside: choices, loops, scans, functions. */
final class BodySeeds {
    private BodySeeds() {}

    static List<byte[]> all() {
        return List.of(choice(), nestedChoice(), loop(), growingLoop(), scan(), function());
    }

    private static Map<String, OnnxAttribute> attributes(Object... namesAndGraphs) {
        Map<String, OnnxAttribute> attributes = new java.util.LinkedHashMap<>();
        for (int i = 0; i < namesAndGraphs.length; i += 2) {
            attributes.put(
                    (String) namesAndGraphs[i],
                    namesAndGraphs[i + 1] instanceof OnnxGraph graph
                            ? OnnxAttribute.of(graph)
                            : (OnnxAttribute) namesAndGraphs[i + 1]);
        }
        return attributes;
    }

    private static OnnxGraph branch(String operator, String operand, String result) {
        return new OnnxBuilder()
                .name(result)
                .node(operator, List.of(operand), List.of(result))
                .output(result)
                .graph();
    }

    private static byte[] choice() {
        return new OnnxBuilder()
                .input("c", DType.BOOL)
                .input("x", DType.F32, "n", 3)
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        attributes("then_branch", branch("Exp", "x", "a"), "else_branch", branch("Neg", "x", "b")))
                .output("y")
                .build();
    }

    private static byte[] nestedChoice() {
        OnnxGraph inner = new OnnxBuilder()
                .name("inner")
                .node(
                        "If",
                        List.of("d"),
                        List.of("r"),
                        attributes("then_branch", branch("Relu", "x", "p"), "else_branch", branch("Tanh", "x", "q")))
                .output("r")
                .graph();
        return new OnnxBuilder()
                .input("c", DType.BOOL)
                .input("x", DType.F32, 2, 2)
                .initializer("d", Tensor.of(new boolean[] {true}))
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        attributes("then_branch", inner, "else_branch", branch("Abs", "x", "b")))
                .output("y")
                .build();
    }

    private static OnnxBuilder body() {
        return new OnnxBuilder().name("body").input("i", DType.I64).input("go", DType.BOOL);
    }

    private static byte[] loop() {
        OnnxGraph body = body().input("state", DType.F32, 3)
                .node("Add", List.of("state", "x"), List.of("next"))
                .node("Mul", List.of("next", "next"), List.of("each"))
                .node("Identity", List.of("go"), List.of("on"))
                .output("on")
                .output("next")
                .output("each")
                .graph();
        return new OnnxBuilder()
                .input("trips", DType.I64)
                .input("x", DType.F32, 3)
                .initializer("yes", Tensor.of(new boolean[] {true}))
                .node("Loop", List.of("trips", "yes", "x"), List.of("last", "all"), attributes("body", body))
                .output("last")
                .output("all")
                .build();
    }

    private static byte[] growingLoop() {
        OnnxGraph body = body().input("state", DType.F32, "any")
                .node("Concat", List.of("state", "x"), List.of("longer"), Map.of("axis", OnnxAttribute.of(0)))
                .node("ReduceSum", List.of("longer"), List.of("sum"), Map.of("keepdims", OnnxAttribute.of(0)))
                .node("Less", List.of("sum", "most"), List.of("on"))
                .output("on")
                .output("longer")
                .graph();
        return new OnnxBuilder()
                .input("x", DType.F32, "n")
                .initializer("trips", Tensor.of(new long[] {6}))
                .initializer("yes", Tensor.of(new boolean[] {true}))
                .initializer("most", Tensor.of(new float[] {40}))
                .node("Loop", List.of("trips", "yes", "x"), List.of("grown"), attributes("body", body))
                .output("grown")
                .build();
    }

    private static byte[] scan() {
        OnnxGraph body = new OnnxBuilder()
                .name("body")
                .input("sum", DType.F32, 2)
                .input("row", DType.F32, 2)
                .node("Add", List.of("sum", "row"), List.of("next"))
                .node("Identity", List.of("next"), List.of("each"))
                .output("next")
                .output("each")
                .graph();
        return new OnnxBuilder()
                .input("start", DType.F32, 2)
                .input("x", DType.F32, "n", 2)
                .node(
                        "Scan",
                        List.of("start", "x"),
                        List.of("last", "all"),
                        attributes("body", body, "num_scan_inputs", OnnxAttribute.of(1)))
                .output("last")
                .output("all")
                .build();
    }

    private static byte[] function() {
        OnnxFunction twice = new OnnxFunction(
                "own",
                "Scaled",
                "",
                List.of("a", "b"),
                List.of("r"),
                List.of("alpha"),
                Map.of("beta", OnnxAttribute.of(0.5f)),
                List.of(
                        new OnnxNode(
                                "",
                                "LeakyRelu",
                                "",
                                "",
                                List.of("a"),
                                List.of("h"),
                                Map.of("alpha", new OnnxAttribute.Reference("alpha"))),
                        new OnnxNode("", "Mul", "", "", List.of("h", "b"), List.of("r"), Map.of())),
                Map.of("", 21L));
        return new OnnxBuilder()
                .opset("own", 1)
                .function(twice)
                .input("x", DType.F32, "n", 2)
                .input("z", DType.F32, 2)
                .node(new OnnxNode(
                        "",
                        "Scaled",
                        "own",
                        "",
                        List.of("x", "z"),
                        List.of("h"),
                        Map.of("alpha", OnnxAttribute.of(0.1f))))
                .node(new OnnxNode("", "Scaled", "own", "", List.of("h", "z"), List.of("y"), Map.of()))
                .output("y")
                .build();
    }
}
