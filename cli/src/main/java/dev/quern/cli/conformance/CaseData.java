package dev.quern.cli.conformance;

import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxValue;
import java.util.Map;

/** Inputs of a model and the outputs expected of it, by name; what is absent has no entry. */
public sealed interface CaseData permits StoredData, RampData {
    /**
     * What {@code graph} is given.
     *
     * @throws dev.quern.ModelException if a file is damaged or holds a kind of value that is not read
     */
    Map<String, OnnxValue> inputs(OnnxGraph graph);

    /** What it must give; throws alike. */
    Map<String, OnnxValue> outputs(OnnxGraph graph);
}
