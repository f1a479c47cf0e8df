package dev.quern.acceptance.misuse;

import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.operators.AttributeKind;
import dev.quern.onnx.operators.OperatorSignature;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Values for the attributes of an operator: often sensible, often not. */
final class RandomAttributes {
    private static final long[] ODD_WHOLES = {
        -1, -2, -7, 0, 1 << 20, Integer.MAX_VALUE, 1L << 31, -(1L << 31), 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
    };
    private static final float[] ODD_REALS = {
        0, -0f, -1, 1e30f, -1e30f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE
    };
    private static final Map<String, List<String>> WORDS = Map.ofEntries(
            Map.entry(
                    "mode", List.of("constant", "reflect", "edge", "wrap", "nearest", "linear", "cubic", "DCR", "CRD")),
            Map.entry("auto_pad", List.of("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")),
            Map.entry("direction", List.of("forward", "reverse", "bidirectional", "LEFT", "RIGHT")),
            Map.entry(
                    "coordinate_transformation_mode",
                    List.of(
                            "half_pixel",
                            "half_pixel_symmetric",
                            "pytorch_half_pixel",
                            "align_corners",
                            "asymmetric",
                            "tf_crop_and_resize",
                            "tf_half_pixel_for_nn")),
            Map.entry("nearest_mode", List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")),
            Map.entry("keep_aspect_ratio_policy", List.of("stretch", "not_larger", "not_smaller")),
            Map.entry("reduction", List.of("none", "add", "mul", "min", "max")),
            Map.entry("approximate", List.of("none", "tanh")),
            Map.entry("activations", List.of("Sigmoid", "Tanh", "Relu", "Affine", "Softplus")),
            Map.entry(
                    "equation",
                    List.of("ij,jk->ik", "ii", "...i,...i", "ij->ji", "i,j->ij", "ab,cd", "->", "i->k", "i,")));

    private final Random random;
    private final int rank;

    /** Where the first operand has {@code rank} axes. */
    RandomAttributes(Random random, int rank) {
        this.random = random;
        this.rank = rank;
    }

    Map<String, OnnxAttribute> draw(OperatorSignature signature) {
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        new TreeMap<>(signature.attributes()).forEach((name, attribute) -> {
            if (random.nextDouble() < (attribute.required() ? 0.97 : 0.4)) {
                value(name, attribute.kind()).ifPresent(value -> attributes.put(name, value));
            }
        });
        return attributes;
    }

    private Optional<OnnxAttribute> value(String name, AttributeKind kind) {
        return switch (kind) {
            case INT ->
                Optional.of(OnnxAttribute.of(name.equals("to") || name.endsWith("dtype") ? between(0, 27) : whole()));
            case INTS -> Optional.of(OnnxAttribute.ofInts(wholes(name)));
            case FLOAT -> Optional.of(OnnxAttribute.of(real()));
            case FLOATS -> Optional.of(OnnxAttribute.ofFloats(reals()));
            case STRING -> Optional.of(OnnxAttribute.of(word(name)));
            case STRINGS -> Optional.of(OnnxAttribute.ofTexts(words(name)));
            case TENSOR ->
                Optional.of(OnnxAttribute.of(
                        new RandomTensors(random).draw(RandomTensors.pick(random, RandomTensors.TYPES), rank())));
            case GRAPH -> Optional.of(OnnxAttribute.of(body()));
            case SPARSE, TYPE -> Optional.empty();
        };
    }

    private OnnxGraph body() {
        OnnxBuilder body = new OnnxBuilder().name("body");
        int inputs = between(0, 3);
        for (int index = 0; index < inputs; index++) {
            body.input("b" + index, index == 1 ? dev.quern.DType.BOOL : dev.quern.DType.I64);
        }
        String from = inputs == 0 || random.nextBoolean() ? "x0" : "b" + between(0, inputs - 1);
        body.node("Identity", List.of(from), List.of("r0")).node("Shape", List.of(from), List.of("r1"));
        int outputs = between(0, 3);
        for (int index = 0; index < outputs; index++) {
            body.output(inputs > 1 && index == 0 ? "b1" : "r" + index % 2);
        }
        return body.graph();
    }

    private int rank() {
        return random.nextInt(3);
    }

    private int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    private long whole() {
        return random.nextDouble() < 0.15
                ? ODD_WHOLES[random.nextInt(ODD_WHOLES.length)]
                : between(-1, Math.max(2, rank));
    }

    private long[] wholes(String name) {
        int usual =
                name.equals("pads") ? 2 * Math.max(rank - 2, 0) : name.equals("perm") ? rank : Math.max(rank - 2, 1);
        int count = random.nextDouble() < 0.8 ? usual : between(0, 5);
        long[] values = new long[count];
        for (int index = 0; index < count; index++) {
            values[index] = name.equals("perm") && random.nextDouble() < 0.9
                    ? (index + 1) % count
                    : random.nextDouble() < 0.1 ? whole() : between(name.equals("axes") ? -1 : 0, 3);
        }
        return values;
    }

    private float real() {
        return random.nextDouble() < 0.2 ? ODD_REALS[random.nextInt(ODD_REALS.length)] : random.nextFloat(-2, 4);
    }

    private float[] reals() {
        float[] values = new float[random.nextDouble() < 0.8 ? rank : between(0, 5)];
        for (int index = 0; index < values.length; index++) {
            values[index] = random.nextDouble() < 0.2 ? real() : between(1, 3);
        }
        return values;
    }

    private String word(String name) {
        List<String> words = WORDS.getOrDefault(name, List.of("some"));
        return random.nextDouble() < 0.03 ? "other" : words.get(random.nextInt(words.size()));
    }

    private String[] words(String name) {
        String[] words = new String[between(0, 6)];
        for (int index = 0; index < words.length; index++) {
            words[index] = word(name);
        }
        return words;
    }
}
