package dev.quern.cli;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.ModelCompiler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Quern's own reference interpreter, which evaluates the model's graph operation by operation. */
final class InterpreterPeer implements Peer {
    private final Session session;
    private final Options options;

    InterpreterPeer(Session session, Options options) {
        this.session = session;
        this.options = options;
    }

    @Override
    public String name() {
        return "the reference interpreter";
    }

    @Override
    public Map<String, Tensor> run(Path model, Map<String, Tensor> inputs) {
        try (Progress _ = Progress.of(session.err(), "running " + model.getFileName() + " with " + name());
                Model interpreted = ModelCompiler.of(options).interpret(model)) {
            return interpreted.run(inputs);
        }
    }

    /** On inputs moved by one unit in the last place. */
    @Override
    public List<Map<String, Tensor>> runOtherwise(Path model, Map<String, Tensor> inputs) {
        return List.of(run(model, MovedInputs.of(inputs, 1)), run(model, MovedInputs.of(inputs, 2)));
    }
}
