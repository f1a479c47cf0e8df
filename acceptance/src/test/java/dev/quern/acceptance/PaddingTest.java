package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.runtime.ModelCompiler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pads of every mode, narrower and wider than the axis, cutting too, give what the reference interpreter gives. */
class PaddingTest {
    private static final int CASES = 200;

    private static byte[] model(long[] extents, long[] pads, String mode, boolean symbolic) {
        OnnxBuilder builder = new OnnxBuilder().opset(19);
        if (symbolic) {
            builder.input("x", DType.F32, "n", "m");
        } else {
            builder.input("x", DType.F32, extents[0], extents[1]);
        }
        return builder.initializer("p", Tensor.of(pads, 4))
                .node("Pad", List.of("x", "p"), List.of("y"), Map.of("mode", OnnxAttribute.of(mode)))
                .output("y")
                .build();
    }

    private static Optional<Tensor> result(Model model, Map<String, Tensor> inputs) {
        try (model) {
            return Optional.of(model.run(inputs).get("y"));
        } catch (ModelException refused) {
            assertNotEquals(ModelException.Code.INTERNAL, refused.code(), refused.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Tensor> compiled(byte[] model, Map<String, Tensor> inputs) {
        try {
            return result(Model.load(model, Options.defaults()), inputs);
        } catch (ModelException refused) {
            assertEquals(ModelException.Code.INVALID_MODEL, refused.code(), refused.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Tensor> interpreted(byte[] model, Map<String, Tensor> inputs) {
        try {
            return result(ModelCompiler.of(Options.defaults()).interpret(model), inputs);
        } catch (ModelException refused) {
            return Optional.empty();
        }
    }

    @Test
    void agreesWithTheInterpreter() {
        int compared = 0;
        SplittableRandom random = new SplittableRandom(5);
        for (int at = 0; at < CASES; at++) {
            long[] extents = {1 + random.nextInt(5), 1 + random.nextInt(5)};
            long[] pads =
                    LongStream.generate(() -> random.nextInt(14) - 2).limit(4).toArray();
            String mode = List.of("reflect", "edge", "wrap", "constant").get(random.nextInt(4));
            float[] elements = new float[(int) (extents[0] * extents[1])];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = i + 1;
            }
            Map<String, Tensor> inputs = Map.of("x", Tensor.of(elements, extents));
            byte[] model = model(extents, pads, mode, random.nextBoolean());
            String what = mode + " of " + List.of(extents[0], extents[1]) + " by "
                    + LongStream.of(pads).boxed().toList();
            Optional<Tensor> expected = interpreted(model, inputs);
            Optional<Tensor> found = compiled(model, inputs);
            assertEquals(expected.map(Tensor::toString), found.map(Tensor::toString), what);
            if (expected.isPresent()) {
                assertArrayEquals(
                        expected.get().toFloatArray(), found.orElseThrow().toFloatArray(), what);
                compared++;
            }
        }
        assertTrue(compared > CASES / 2, compared + " of " + CASES + " were compared");
    }

    /** Negative amounts cut off first, so that what was cut is not repeated; given at run time too, and of every type alike. */
    @TestFactory
    Stream<DynamicTest> cutsBeforeItRepeats() {
        List<DynamicTest> tests = new ArrayList<>();
        long[][] amounts = {{2, 1}, {-1, 2}, {2, -1}, {-2, -1}};
        for (DType type : new DType[] {DType.BOOL, DType.F16, DType.BF16, DType.I16, DType.U16, DType.F32, DType.I64}) {
            for (String mode : List.of("constant", "reflect", "edge", "wrap")) {
                for (long[] pads : amounts) {
                    Tensor x = elements(type, 5);
                    for (boolean given : new boolean[] {false, true}) {
                        Fault fault = new Fault(mode + " of " + type + " by " + pads[0] + ", " + pads[1]
                                        + (given ? ", given" : ""))
                                .opset(19)
                                .dynamic("x", x)
                                .nodes("y = Pad(x, p) mode=" + mode);
                        Tensor amount = Fault.longs(pads);
                        if (given) {
                            fault.input("p", amount);
                        } else {
                            fault.constant("p", amount);
                        }
                        boolean lone = type == DType.BF16 || type == DType.I16 || type == DType.U16;
                        tests.add(lone ? fault.givesUnlikePeer(padded(x, mode, pads)) : fault.agrees());
                    }
                }
            }
        }
        for (String mode : List.of("reflect", "edge", "wrap")) {
            tests.add(new Fault(mode + " of nothing that is left")
                    .opset(19)
                    .input("x", elements(DType.F32, 5))
                    .input("p", Fault.longs(-5, 2))
                    .nodes("y = Pad(x, p) mode=" + mode)
                    .refused(ModelException.Code.INVALID_INPUT, "expected to leave at least 1 elements"));
        }
        return tests.stream();
    }

    private static Tensor elements(DType type, int count) {
        long[] values = LongStream.range(0, count).toArray();
        return Operand.of(type, new long[] {count}, type == DType.BOOL ? new long[] {1, 0, 0, 1, 1} : values)
                .given();
    }

    /** By the definition, element after element. */
    private static Tensor padded(Tensor x, String mode, long[] pads) {
        int size = x.dtype().bits() / 8;
        int cut = (int) Math.max(-pads[0], 0);
        int left = (int) (x.elements() - cut - Math.max(-pads[1], 0));
        byte[] from = x.toByteArray();
        byte[] to = new byte[(int) (x.elements() + pads[0] + pads[1]) * size];
        for (int i = 0; i < to.length / size; i++) {
            int at = i - (int) Math.max(pads[0], 0);
            int source = switch (mode) {
                case "edge" -> Math.clamp(at, 0, left - 1);
                case "wrap" -> Math.floorMod(at, left);
                case "reflect" -> at < 0 ? -at : at < left ? at : 2 * (left - 1) - at;
                default -> at < 0 || at >= left ? -1 : at;
            };
            if (source >= 0) {
                System.arraycopy(from, (cut + source) * size, to, i * size, size);
            }
        }
        return Tensor.of(MemorySegment.ofArray(to), x.dtype(), to.length / size);
    }
}
