package dev.quern.acceptance.hostile;

import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes one attribute of a node, takes one away, or adds one of another node. */
final class AttributeMutations {
    private final Dice dice;
    private final List<OnnxNode> vocabulary;
    private final TensorMutations tensors;

    AttributeMutations(Dice dice, List<OnnxNode> vocabulary) {
        this.dice = dice;
        this.vocabulary = vocabulary;
        this.tensors = new TensorMutations(dice);
    }

    Map<String, OnnxAttribute> apply(Map<String, OnnxAttribute> attributes) {
        Map<String, OnnxAttribute> changed = new LinkedHashMap<>(attributes);
        List<String> names = new ArrayList<>(attributes.keySet());
        int choice = dice.below(8);
        if (names.isEmpty() || choice == 0) {
            changed.putAll(dice.of(vocabulary).attributes());
        } else if (choice == 1) {
            changed.remove(dice.of(names));
        } else {
            changed.computeIfPresent(dice.of(names), (name, value) -> change(value));
        }
        return changed;
    }

    private OnnxAttribute change(OnnxAttribute attribute) {
        return switch (attribute) {
            case OnnxAttribute.Int(long value) -> OnnxAttribute.of(dice.near(value));
            case OnnxAttribute.Float(float value) -> OnnxAttribute.of((float) dice.real());
            case OnnxAttribute.Ints(List<Long> values) -> new OnnxAttribute.Ints(changedList(values));
            case OnnxAttribute.Floats(List<Float> values) -> floats(values);
            case OnnxAttribute.EncodedText text ->
                OnnxAttribute.of(dice.of(
                        "",
                        "constant",
                        "reflect",
                        "edge",
                        "wrap",
                        "linear",
                        "nearest",
                        "cubic",
                        "ij->ji",
                        "DCR",
                        "CRD",
                        "none",
                        "mul",
                        "min",
                        "SAME_UPPER",
                        "VALID",
                        "reverse",
                        "\u0000"));
            case OnnxAttribute.TensorValue(OnnxTensor tensor) -> OnnxAttribute.of(tensors.apply(tensor.data()));
            case OnnxAttribute other -> OnnxAttribute.of(dice.whole());
        };
    }

    private List<Long> changedList(List<Long> values) {
        List<Long> list = new ArrayList<>(values);
        if (list.isEmpty() || dice.oneIn(5)) {
            list.add(dice.whole());
        } else if (dice.oneIn(5)) {
            list.removeLast();
        } else {
            int at = dice.below(list.size());
            list.set(at, dice.near(list.get(at)));
        }
        return list;
    }

    private OnnxAttribute floats(List<Float> values) {
        List<Float> list = new ArrayList<>(values);
        list.add((float) dice.real());
        return new OnnxAttribute.Floats(list);
    }
}
