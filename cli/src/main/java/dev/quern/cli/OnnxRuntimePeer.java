package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.cli.onnxruntime.OnnxRuntime;
import dev.quern.cli.onnxruntime.OnnxRuntimeException;
import dev.quern.cli.onnxruntime.OnnxRuntimeSession;
import dev.quern.cli.onnxruntime.SessionSettings;
import dev.quern.runtime.UnpackedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** ONNX Runtime. Its jar is fetched when it is asked for. */
final class OnnxRuntimePeer implements Peer {
    private static final String COORDINATE = "maven:com.microsoft.onnxruntime:onnxruntime:";

    private final Session session;
    private final SessionSettings settings;

    OnnxRuntimePeer(Session session, SessionSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "ONNX Runtime " + Versions.of("onnxruntime");
    }

    @Override
    public Map<String, Tensor> run(Path model, Map<String, Tensor> inputs) {
        return run(model, inputs, settings);
    }

    /** With its graph as the file has it, and on inputs moved by one unit in the last place. */
    @Override
    public List<Map<String, Tensor>> runOtherwise(Path model, Map<String, Tensor> inputs) {
        SessionSettings plain = new SessionSettings(settings.threads(), false, settings.stopsSpinning());
        return List.of(
                run(model, inputs, plain),
                run(model, MovedInputs.of(inputs, 1), settings),
                run(model, MovedInputs.of(inputs, 2), plain));
    }

    private Map<String, Tensor> run(Path model, Map<String, Tensor> inputs, SessionSettings how) {
        Path jar = jar();
        try (Progress _ = Progress.of(session.err(), "running " + model.getFileName() + " with " + name());
                UnpackedModel unpacked = UnpackedModel.of(model);
                OnnxRuntimeSession opened = OnnxRuntime.of(jar).open(unpacked.file(), how)) {
            opened.bind(inputs);
            return opened.run();
        } catch (OnnxRuntimeException failure) {
            throw new PeerUnavailableException(name() + " cannot run the model: " + failure.getMessage(), failure);
        }
    }

    /**
     * The library, fetched if need be.
     *
     * @throws PeerUnavailableException if it cannot be
     */
    Path jar() {
        try (Progress _ = Progress.of(session.err(), "fetching " + name())) {
            String pinned = COORDINATE + Versions.of("onnxruntime") + "#" + Versions.of("onnxruntime.sha256");
            return ModelCache.of(session).locate(session, pinned);
        } catch (ModelException failure) {
            throw new PeerUnavailableException(name() + " is not available: " + failure.getMessage(), failure);
        }
    }
}
