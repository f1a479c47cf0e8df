package dev.quern.cli;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Quern itself on the CPU, for what runs on another device. */
final class HostPeer implements Peer {
    private final Session session;
    private final Options options;

    /** The peer with the limits of {@code options}, whose device does not matter. */
    HostPeer(Session session, Options options) {
        this.session = session;
        this.options = Options.builder()
                .threads(options.threads())
                .maxMemory(options.maxMemory())
                .build();
    }

    @Override
    public String name() {
        return "Quern on the CPU";
    }

    @Override
    public Map<String, Tensor> run(Path model, Map<String, Tensor> inputs) {
        try (Progress _ = Progress.of(session.err(), "running " + model.getFileName() + " with " + name());
                Model loaded = Model.load(model, options)) {
            return loaded.run(inputs);
        }
    }

    /** On inputs moved by one unit in the last place. */
    @Override
    public List<Map<String, Tensor>> runOtherwise(Path model, Map<String, Tensor> inputs) {
        return List.of(run(model, MovedInputs.of(inputs, 1)), run(model, MovedInputs.of(inputs, 2)));
    }
}
