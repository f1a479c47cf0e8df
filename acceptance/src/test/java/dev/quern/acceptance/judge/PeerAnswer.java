package dev.quern.acceptance.judge;

import ai.onnxruntime.OrtException;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What ONNX Runtime says of each run of a model.
 *
 * @param runs outputs by name; empty where it refuses
 * @param refusal its message where it does
 */
record PeerAnswer(List<Optional<Map<String, Tensor>>> runs, String refusal) {
    static PeerAnswer of(GeneratedModel model, boolean optimised) {
        if (model.model().metadata().containsKey(GeneratedModel.PEER_MAY_CRASH)) {
            return new PeerAnswer(Collections.nCopies(model.runs().size(), Optional.empty()), "not asked");
        }
        List<Optional<Map<String, Tensor>>> runs = new ArrayList<>();
        String refusal = "";
        OnnxModel last = null;
        JudgingPeer peer = null;
        try {
            for (Map<String, Tensor> inputs : model.runs()) {
                // Its Java interface takes no more tensors than there are inputs without defaults.
                OnnxModel settled = Defaults.settled(model.model(), inputs);
                try {
                    if (peer == null || settled != last) {
                        close(peer);
                        peer = null;
                        peer = new JudgingPeer(OnnxWriter.toBytes(changed(settled)), optimised);
                        last = settled;
                    }
                    runs.add(Optional.of(outputs(settled, peer.run(SignedInterface.inputs(settled, inputs)))));
                } catch (OrtException | UnsupportedOperationException failure) {
                    refusal = failure.getMessage();
                    runs.add(Optional.empty());
                }
            }
        } finally {
            close(peer);
        }
        return new PeerAnswer(runs, refusal);
    }

    private static OnnxModel changed(OnnxModel settled) {
        return RunnableOrder.sorted(SignedInterface.needed(settled) ? SignedInterface.of(settled) : settled);
    }

    private static Map<String, Tensor> outputs(OnnxModel settled, Map<String, Tensor> found) {
        return SignedInterface.needed(settled) ? SignedInterface.outputs(settled, found) : found;
    }

    private static void close(JudgingPeer peer) {
        if (peer != null) {
            peer.close();
        }
    }

    boolean answers() {
        return runs.stream().anyMatch(Optional::isPresent);
    }

    PeerAnswer at(int run) {
        return new PeerAnswer(List.of(runs.get(run)), refusal);
    }

    Optional<Map<String, Tensor>> outputs(int run) {
        return runs.get(run);
    }
}
