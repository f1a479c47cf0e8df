package dev.quern.onnx.operators;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What versions of an operator take and give.
 *
 * @param since first version of the operator set with this signature
 * @param operands in ONNX's order; only the last may repeat
 * @param results the same
 * @param attributes by name
 * @param types the element types that each type variable stands for
 */
public record OperatorSignature(
        int since,
        List<Parameter> operands,
        List<Parameter> results,
        Map<String, KnownAttribute> attributes,
        Map<String, Set<DType>> types) {
    /** What is known of an attribute. */
    public record KnownAttribute(AttributeKind kind, boolean required) {}

    public OperatorSignature {
        operands = List.copyOf(operands);
        results = List.copyOf(results);
        attributes = Map.copyOf(attributes);
        types = Map.copyOf(types);
    }

    /** Number of operands that there must be at least. */
    public int leastOperands() {
        return least(operands);
    }

    /** Number of operands that there may be at most. */
    public int mostOperands() {
        return most(operands);
    }

    /** Number of results that there may be at most. */
    public int mostResults() {
        return most(results);
    }

    private static int least(List<Parameter> parameters) {
        int least = 0;
        for (int index = 0; index < parameters.size(); index++) {
            Parameter parameter = parameters.get(index);
            if (parameter.repeats()) {
                least = parameter.least() > 0 ? index + parameter.least() : least;
            } else if (parameter.occurrence() == Parameter.Occurrence.ONE) {
                least = index + 1;
            }
        }
        return least;
    }

    private static int most(List<Parameter> parameters) {
        boolean endless = !parameters.isEmpty() && parameters.getLast().repeats();
        return endless ? Integer.MAX_VALUE : parameters.size();
    }

    /** The parameter that operand {@code index} is. */
    public Parameter operand(int index) {
        return operands.get(Math.min(index, operands.size() - 1));
    }

    /** The element types that operand {@code index} may have. */
    public Set<DType> typesOfOperand(int index) {
        return typesOf(operand(index));
    }

    private Set<DType> typesOf(Parameter parameter) {
        Set<DType> variable = types.get(parameter.type());
        return variable != null ? variable : Set.of(DType.of(parameter.type()));
    }

    /**
     * Checks the number of operands and results, the attributes, and the operands' element types.
     *
     * @param given the element types of the operands; empty for those left out
     * @param where the node, for messages
     * @throws ModelException if the node is none of this operator
     */
    public void check(OnnxNode node, List<Optional<DType>> given, String where) {
        count("operands", node.inputs().size(), least(operands), most(operands), where);
        count("results", node.outputs().size(), least(results), most(results), where);
        attributes(node, where);
        Map<String, DType> bound = new HashMap<>();
        for (int index = 0; index < given.size(); index++) {
            Parameter parameter = operand(index);
            boolean needed = parameter.occurrence() == Parameter.Occurrence.ONE
                    || parameter.occurrence() == Parameter.Occurrence.MANY;
            if (given.get(index).isPresent()) {
                type(index, given.get(index).get(), bound, where);
            } else if (needed) {
                throw invalid(where, operand(index, parameter) + ": expected one, found an empty name");
            }
        }
    }

    private static void count(String what, int found, int least, int most, String where) {
        if (found < least || found > most) {
            String expected = most == Integer.MAX_VALUE
                    ? "at least " + least
                    : least == most ? Integer.toString(least) : least + " to " + most;
            throw invalid(where, what + ": expected " + expected + ", found " + found);
        }
    }

    private void attributes(OnnxNode node, String where) {
        for (Map.Entry<String, OnnxAttribute> entry : node.attributes().entrySet()) {
            KnownAttribute attribute = attributes.get(entry.getKey());
            if (attribute == null) {
                throw invalid(
                        where,
                        "attribute " + entry.getKey() + ": expected one of " + new TreeMap<>(attributes).keySet()
                                + ", as this version of the operator has them");
            }
            if (!attribute.kind().accepts(entry.getValue())) {
                throw invalid(
                        where,
                        "attribute " + entry.getKey() + ": expected " + attribute.kind() + ", found "
                                + entry.getValue().getClass().getSimpleName());
            }
        }
        attributes.forEach((name, attribute) -> {
            if (attribute.required() && !node.attributes().containsKey(name)) {
                throw invalid(where, "attribute " + name + " is missing: expected " + attribute.kind());
            }
        });
    }

    private void type(int index, DType found, Map<String, DType> bound, String where) {
        Parameter parameter = operand(index);
        Set<DType> allowed = typesOf(parameter);
        if (!allowed.contains(found)) {
            throw invalid(
                    where,
                    "element type of " + operand(index, parameter) + ": expected "
                            + (allowed.size() == 1 ? allowed.iterator().next() : "one of " + allowed)
                            + " in this version of the operator, found " + found);
        }
        DType before = parameter.occurrence() == Parameter.Occurrence.MIXED
                ? null
                : bound.putIfAbsent(parameter.type(), found);
        if (before != null && before != found) {
            throw invalid(
                    where,
                    "element type of " + operand(index, parameter) + ": expected that of the operands before, " + before
                            + ", found " + found);
        }
    }

    private static String operand(int index, Parameter parameter) {
        return "operand " + index + " (" + parameter.name() + ")";
    }

    private static ModelException invalid(String where, String message) {
        return new ModelException(ModelException.Code.INVALID_MODEL, where, message);
    }
}
