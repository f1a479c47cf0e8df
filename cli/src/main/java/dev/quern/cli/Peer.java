package dev.quern.cli;

import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Another implementation of ONNX, whose results Quern's are compared with. */
interface Peer {
    /** Its name and version, for people. */
    String name();

    /**
     * Runs a model.
     *
     * @throws PeerUnavailableException if the peer is not there or cannot run the model
     */
    Map<String, Tensor> run(Path model, Map<String, Tensor> inputs);

    /**
     * Runs it in other ways that are as right: how these results differ is what the peer leaves open. Throws as {@link #run}
     * does.
     */
    List<Map<String, Tensor>> runOtherwise(Path model, Map<String, Tensor> inputs);
}
