package dev.quern.onnx.proto;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An operator that a model defines by a graph ({@code FunctionProto}).
 *
 * @param domain with {@code name} and {@code overload}, what nodes call it by
 * @param name the operator's name
 * @param overload usually empty
 * @param inputs names of the parameters
 * @param outputs names of the results
 * @param attributes names of attributes without a default
 * @param attributeDefaults attributes with their defaults
 * @param nodes the body
 * @param opsets versions that the body's operators have, by domain
 */
public record OnnxFunction(
        String domain,
        String name,
        String overload,
        List<String> inputs,
        List<String> outputs,
        List<String> attributes,
        Map<String, OnnxAttribute> attributeDefaults,
        List<OnnxNode> nodes,
        Map<String, Long> opsets) {
    public OnnxFunction {
        Objects.requireNonNull(domain);
        Objects.requireNonNull(name);
        Objects.requireNonNull(overload);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = List.copyOf(attributes);
        attributeDefaults = Ordered.copyOf(attributeDefaults);
        nodes = List.copyOf(nodes);
        opsets = Ordered.copyOf(opsets);
    }
}
