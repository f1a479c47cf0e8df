package dev.quern.acceptance.shrink;

import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Models with less in them: fewer runs, outputs and nodes; results given as inputs; operands in place of results. */
final class StructureEdits {
    private final GeneratedModel model;
    private final List<Map<String, Tensor>> values;
    private final List<Supplier<GeneratedModel>> candidates = new ArrayList<>();

    /** @param values what every value is in each run, where known */
    StructureEdits(GeneratedModel model, List<Map<String, Tensor>> values) {
        this.model = model;
        this.values = values;
    }

    List<Supplier<GeneratedModel>> all() {
        runs();
        outputs();
        for (OnnxNode node : model.model().graph().nodes()) {
            earlier(node);
            cut(node);
            bypass(node);
            attributes(node);
        }
        places();
        numbers();
        return candidates;
    }

    private void add(Consumer<Parts> edit) {
        candidates.add(() -> {
            Parts parts = new Parts(model);
            edit.accept(parts);
            return parts.join();
        });
    }

    private void runs() {
        for (int run = 0; run < model.runs().size() && model.runs().size() > 1; run++) {
            Map<String, Tensor> only = model.runs().get(run);
            add(parts -> {
                parts.runs.clear();
                parts.runs.add(new LinkedHashMap<>(only));
            });
            add(parts -> parts.runs.remove(only));
        }
    }

    private void outputs() {
        List<OnnxValueInfo> outputs = model.model().graph().outputs();
        for (OnnxValueInfo output : outputs) {
            if (outputs.size() > 1) {
                add(parts -> parts.outputs.retainAll(List.of(output)));
                add(parts -> parts.outputs.remove(output));
            }
        }
    }

    /** A result as the only output. */
    private void earlier(OnnxNode node) {
        List<String> outputs = model.model().graph().outputs().stream()
                .map(OnnxValueInfo::name)
                .toList();
        for (String result : node.outputs()) {
            if (!outputs.equals(List.of(result)) && known(result)) {
                add(parts -> {
                    parts.outputs.clear();
                    parts.outputs.add(info(result));
                });
            }
        }
    }

    private boolean known(String name) {
        return !values.isEmpty() && values.stream().allMatch(run -> run.containsKey(name));
    }

    private OnnxValueInfo info(String name) {
        Tensor first = values.getFirst().get(name);
        List<Object> axes = new ArrayList<>();
        for (int axis = 0; axis < first.rank(); axis++) {
            int at = axis;
            boolean steady = values.stream().allMatch(run -> run.get(name).shape()[at] == first.shape()[at]);
            axes.add(steady && model.runs().size() == 1 ? (Object) first.shape()[axis] : new OnnxType.Extent.Unknown());
        }
        return new OnnxValueInfo(name, Optional.of(OnnxBuilder.tensorType(first.dtype(), axes.toArray())));
    }

    /** The results of a node given as inputs. */
    private void cut(OnnxNode node) {
        if (!node.outputs().stream().allMatch(this::known)) {
            return;
        }
        add(parts -> {
            parts.nodes.remove(node);
            for (String result : node.outputs()) {
                boolean output =
                        parts.outputs.stream().anyMatch(each -> each.name().equals(result));
                if (output && parts.outputs.size() > 1) {
                    parts.outputs.removeIf(each -> each.name().equals(result));
                }
                parts.inputs.add(info(result));
                for (int run = 0; run < parts.runs.size(); run++) {
                    parts.runs.get(run).put(result, values.get(run).get(result));
                }
            }
        });
    }

    /** An operand in place of a result of the same type and shape. */
    private void bypass(OnnxNode node) {
        for (String operand : node.inputs()) {
            for (String result : node.outputs()) {
                boolean alike = known(result)
                        && known(operand)
                        && values.stream()
                                .allMatch(run -> run.get(operand).dtype()
                                                == run.get(result).dtype()
                                        && Arrays.equals(
                                                run.get(operand).shape(),
                                                run.get(result).shape()));
                boolean output = model.model().graph().outputs().stream()
                        .anyMatch(each -> each.name().equals(result));
                if (alike && !output) {
                    add(parts -> parts.nodes.replaceAll(each -> renamed(each, result, operand)));
                }
            }
        }
    }

    private static OnnxNode renamed(OnnxNode node, String from, String to) {
        List<String> inputs = node.inputs().stream()
                .map(name -> name.equals(from) ? to : name)
                .toList();
        return new OnnxNode(
                node.name(), node.opType(), node.domain(), node.overload(), inputs, node.outputs(), node.attributes());
    }

    private void attributes(OnnxNode node) {
        for (String name : node.attributes().keySet()) {
            Map<String, OnnxAttribute> fewer = new LinkedHashMap<>(node.attributes());
            fewer.remove(name);
            OnnxNode plain = new OnnxNode(
                    node.name(), node.opType(), node.domain(), node.overload(), node.inputs(), node.outputs(), fewer);
            add(parts -> parts.nodes.replaceAll(each -> each == node ? plain : each));
        }
    }

    /** Inputs as constants, constants as inputs, nodes in order. */
    private void places() {
        for (OnnxValueInfo input : model.model().graph().inputs()) {
            Tensor first = model.runs().getFirst().get(input.name());
            boolean steady = first != null
                    && model.runs().stream()
                            .allMatch(run -> run.containsKey(input.name())
                                    && Arrays.equals(run.get(input.name()).shape(), first.shape()));
            if (steady && model.runs().size() == 1) {
                add(parts -> {
                    parts.inputs.remove(input);
                    parts.initializers.removeIf(each -> each.name().equals(input.name()));
                    parts.initializers.add(new OnnxTensor(input.name(), first));
                    parts.runs.forEach(run -> run.remove(input.name()));
                });
            }
        }
    }

    /** Every axis of an input declared by number, where there is one run. */
    private void numbers() {
        if (model.runs().size() != 1) {
            return;
        }
        for (OnnxValueInfo input : model.model().graph().inputs()) {
            Tensor tensor = model.runs().getFirst().get(input.name());
            if (tensor != null) {
                List<Object> axes = new ArrayList<>();
                for (long extent : tensor.shape()) {
                    axes.add(extent);
                }
                OnnxValueInfo fixed = new OnnxValueInfo(
                        input.name(), Optional.of(OnnxBuilder.tensorType(tensor.dtype(), axes.toArray())));
                if (!fixed.equals(input)) {
                    add(parts -> parts.inputs.replaceAll(each -> each == input ? fixed : each));
                }
            }
        }
    }
}
