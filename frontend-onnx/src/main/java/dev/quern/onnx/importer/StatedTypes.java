package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The types that a graph states for results, against what comes out. Element types must be right everywhere; ranks and known
 * extents where a model hands a result back. Extents that converters leave behind inside a graph are not looked at, nor is an
 * empty shape, which some write where they know nothing.
 */
final class StatedTypes {
    private final Map<String, OnnxType> types = new HashMap<>();

    StatedTypes(OnnxGraph graph) {
        graph.valueInfos().forEach(this::add);
        graph.outputs().forEach(this::add);
    }

    private void add(OnnxValueInfo info) {
        info.type().ifPresent(type -> types.put(info.name(), type));
    }

    /**
     * Checks the element type of a node's result.
     *
     * @param where the node, for messages
     */
    void check(String name, Value value, String where) {
        OnnxType stated = types.get(name);
        if (stated != null) {
            element("result '" + name + "'", stated, value.type(), where);
        }
    }

    private static void element(String what, OnnxType stated, TensorType found, String where) {
        Optional<DType> dtype =
                stated instanceof OnnxType.OnnxTensorType(DType element, Optional<List<OnnxType.Extent>> shape)
                        ? Optional.of(element)
                        : Optional.empty();
        if (!dtype.equals(Optional.of(found.dtype()))) {
            throw invalid(
                    where,
                    "stated type of " + what + ": expected what comes out, " + found + ", found "
                            + dtype.map(DType::toString).orElseGet(stated::toString));
        }
    }

    /**
     * Checks the whole type of an output of a model.
     *
     * @param ranksAssumed whether ranks rest on guards, so that one unlike that stated may be right for other sizes
     * @param extentsAssumed whether extents do
     */
    static void checkOutput(OnnxValueInfo output, Value value, boolean ranksAssumed, boolean extentsAssumed) {
        if (output.type().isEmpty()) {
            return;
        }
        String where = "output '" + output.name() + "'";
        TensorType found = value.type();
        element("the output", output.type().get(), found, where);
        Optional<List<OnnxType.Extent>> shape =
                ((OnnxType.OnnxTensorType) output.type().get()).shape().filter(extents -> !extents.isEmpty());
        if (shape.isEmpty()) {
            return;
        }
        if (ranksAssumed && shape.get().size() != found.shape().rank()) {
            return;
        }
        if (shape.get().size() != found.shape().rank()) {
            throw invalid(
                    where,
                    "stated rank: expected that of what comes out, " + found + ", found "
                            + shape.get().size());
        }
        for (int axis = 0; axis < found.shape().rank() && !extentsAssumed; axis++) {
            Dim dim = found.shape().dim(axis);
            if (shape.get().get(axis) instanceof OnnxType.Extent.Known(long extent)
                    && extent >= 0
                    && dim.isConstant()
                    && !dim.is(extent)) {
                throw invalid(
                        where,
                        "stated extent of axis " + axis + ": expected that of what comes out, " + found + ", found "
                                + extent);
            }
        }
    }

    private static ModelException invalid(String where, String message) {
        return new ModelException(ModelException.Code.INVALID_MODEL, where, message);
    }
}
