package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import java.util.Map;

/** The {@link ReferenceModel} of a model under the inputs of each run: one for all runs but where defaults are given otherwise. */
final class References implements AutoCloseable {
    private final OnnxModel model;
    private OnnxModel last;
    private ReferenceModel reference;

    References(OnnxModel model) {
        this.model = model;
    }

    /** The model with the defaults as these inputs have them; valid until the next is asked for. */
    ReferenceModel under(Map<String, Tensor> inputs) {
        OnnxModel settled = Defaults.settled(model, inputs);
        if (settled != last) {
            close();
            reference = new ReferenceModel(OnnxWriter.toBytes(settled));
            last = settled;
        }
        return reference;
    }

    @Override
    public void close() {
        if (reference != null) {
            reference.close();
            reference = null;
            last = null;
        }
    }
}
