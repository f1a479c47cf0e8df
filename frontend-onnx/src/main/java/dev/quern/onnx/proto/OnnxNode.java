package dev.quern.onnx.proto;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One operation ({@code NodeProto}).
 *
 * @param name for messages; may be empty
 * @param opType the operator
 * @param domain the operator set; {@code ""} is the standard one ({@code "ai.onnx"} is read as {@code ""})
 * @param overload which overload of a model's own function; usually empty
 * @param inputs names of the operands; an empty name is an absent optional operand
 * @param outputs names of the results; an empty name is a result nobody wants
 * @param attributes by name
 */
public record OnnxNode(
        String name,
        String opType,
        String domain,
        String overload,
        List<String> inputs,
        List<String> outputs,
        Map<String, OnnxAttribute> attributes) {
    public OnnxNode {
        Objects.requireNonNull(name);
        Objects.requireNonNull(opType);
        Objects.requireNonNull(domain);
        Objects.requireNonNull(overload);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Ordered.copyOf(attributes);
    }

    /** The attribute {@code attributeName}, if the node has it. */
    public Optional<OnnxAttribute> attribute(String attributeName) {
        return Optional.ofNullable(attributes.get(attributeName));
    }
}
