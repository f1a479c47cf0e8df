package dev.quern.cli.bench.worker;

import dev.quern.Tensor;
import dev.quern.cli.onnxruntime.OnnxRuntime;
import dev.quern.cli.onnxruntime.OnnxRuntimeSession;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.nio.file.Path;
import java.util.Map;

/** A model loaded by ONNX Runtime. */
final class OnnxRuntimeModel implements RepeatedRun {
    private final OnnxRuntimeSession session;

    OnnxRuntimeModel(Subject.PeerRuntime subject, Path file, int threads) {
        SessionSettings settings = new SessionSettings(threads, true, subject.stopsSpinning());
        session = OnnxRuntime.of(subject.jar()).open(file, settings);
    }

    @Override
    public void bind(Map<String, Tensor> given) {
        session.bind(given);
    }

    @Override
    public void run() {
        session.runOnly();
    }
}
