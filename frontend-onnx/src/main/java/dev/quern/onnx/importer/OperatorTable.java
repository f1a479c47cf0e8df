package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the row for a node: of those of its operator, the one with the greatest version that is not past the model's. */
final class OperatorTable {
    private final Map<String, List<Operator>> rows = new HashMap<>();

    /** Every operator there is. */
    OperatorTable() {
        add(ElementwiseOperators.rows());
        add(ActivationOperators.rows());
        add(ShapeOperators.rows());
        add(MovementOperators.rows());
        add(RearrangementOperators.rows());
        add(CreationOperators.rows());
        add(ReductionOperators.rows());
        add(OrderOperators.rows());
        add(ContractionOperators.rows());
        add(ConvolutionOperators.rows());
        add(PoolingOperators.rows());
        add(NormalizationOperators.rows());
        add(RecurrentOperators.rows());
        add(QuantizationOperators.rows());
        add(GatherScatterOperators.rows());
        add(CacheOperators.rows());
        add(ResizeOperators.rows());
        add(ControlOperators.rows());
        add(HostOperators.rows());
        rows.values().forEach(list -> list.sort(Comparator.comparingInt(Operator::since)));
    }

    private void add(List<Operator> family) {
        for (Operator row : family) {
            rows.computeIfAbsent(key(row.domain(), row.name()), key -> new ArrayList<>())
                    .add(row);
        }
    }

    /** All rows. */
    List<Operator> rows() {
        return rows.values().stream().flatMap(List::stream).toList();
    }

    private static String key(String domain, String name) {
        return domain + "::" + name;
    }

    /**
     * The row for {@code node}.
     *
     * @param version of the node's operator set
     * @param where the node, for messages
     * @throws ModelException if there is none
     */
    Operator find(OnnxNode node, long version, String where) {
        List<Operator> versions = rows.getOrDefault(key(node.domain(), node.opType()), List.of());
        Operator found = null;
        for (Operator row : versions) {
            if (row.since() <= version) {
                found = row;
            }
        }
        if (found != null && version <= found.until()) {
            return found;
        }
        String set = node.domain().isEmpty() ? "the standard operator set" : "operator set '" + node.domain() + "'";
        String known = versions.isEmpty()
                ? "Quern does not have this operator; export the model without it, or define it as a function of the model"
                : "Quern has versions " + versions.getFirst().since() + " to "
                        + versions.getLast().until() + " of it; convert the model to one of those";
        throw new ModelException(
                ModelException.Code.UNSUPPORTED,
                where,
                "operator " + node.opType() + " of " + set + ", version " + version + ": " + known);
    }
}
