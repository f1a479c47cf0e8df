package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small model that has every kind of record, attribute and type. */
final class SampleModel {
    private SampleModel() {}

    static OnnxBuilder builder() {
        Tensor weights = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        OnnxTensor positions = new OnnxTensor("", Tensor.of(new long[] {1, 5}, 2));
        OnnxSparseTensor sparse =
                new OnnxSparseTensor(new OnnxTensor("s", Tensor.of(new float[] {7, 8}, 2)), positions, List.of(2L, 3L));
        OnnxType words = OnnxBuilder.tensorType(DType.STRING, 2);
        OnnxGraph body = new OnnxBuilder()
                .name("body")
                .node("Identity", List.of("x"), List.of("inner"))
                .output("inner")
                .graph();
        Map<String, OnnxAttribute> all = Map.ofEntries(
                Map.entry("int", OnnxAttribute.of(-3)),
                Map.entry("float", OnnxAttribute.of(1.5f)),
                Map.entry("text", OnnxAttribute.of("grüße")),
                Map.entry("tensor", OnnxAttribute.of(weights)),
                Map.entry("graph", OnnxAttribute.of(body)),
                Map.entry("ints", OnnxAttribute.ofInts(1, -1, Long.MIN_VALUE)),
                Map.entry("floats", OnnxAttribute.ofFloats(0.5f, Float.NaN)),
                Map.entry("texts", OnnxAttribute.ofTexts("a", "")),
                Map.entry("sparse", new OnnxAttribute.SparseValue(sparse)),
                Map.entry("sparses", new OnnxAttribute.SparseValues(List.of(sparse, sparse))),
                Map.entry("tensors", new OnnxAttribute.Tensors(List.of(positions))),
                Map.entry("graphs", new OnnxAttribute.Graphs(List.of(body, body))),
                Map.entry("type", new OnnxAttribute.TypeValue(new OnnxType.SequenceType(words))),
                Map.entry("types", new OnnxAttribute.Types(List.of(words, new OnnxType.OptionalType(words)))),
                Map.entry("empty", OnnxAttribute.ofInts()));
        return new OnnxBuilder()
                .name("sample")
                .opset("local", 1)
                .metadata("author", "nobody")
                .input("x", DType.F32, "batch", 3, new OnnxType.Extent.Unknown())
                .input("m", new OnnxType.MapType(DType.I64, words))
                .input("s", new OnnxType.SparseTensorType(DType.F32, Optional.empty()))
                .initializer("w", weights)
                .initializer("names", Tensor.of(new String[] {"ä", ""}, 2))
                .initializer("one", Tensor.of(new long[] {1}))
                .valueInfo("h", OnnxBuilder.tensorType(DType.F16))
                .node("Add", List.of("x", ""), List.of("h"))
                .node(new OnnxNode("n", "Twice", "local", "over", List.of("h"), List.of("y", ""), all))
                .function(new OnnxFunction(
                        "local",
                        "Twice",
                        "over",
                        List.of("a"),
                        List.of("b"),
                        List.of("scale"),
                        Map.of("axis", OnnxAttribute.of(0)),
                        List.of(new OnnxNode(
                                "",
                                "Mul",
                                "",
                                "",
                                List.of("a", "a"),
                                List.of("b"),
                                Map.of("alpha", new OnnxAttribute.Reference("scale")))),
                        Map.of("", 21L)))
                .output("y", DType.F32, "batch", 3, new OnnxType.Extent.Unknown());
    }
}
