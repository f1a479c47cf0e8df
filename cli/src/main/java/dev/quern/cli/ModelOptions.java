package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that run a model have in common: the model, its inputs, the threads. */
final class ModelOptions {
    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description = {
                "An input: 2x3xf32=1,2,3,4,5,6; 1x16xi64=1 (one value fills); i64=16000 (a scalar); "
                        + "1x3x8x8xf32=random:7 (by a seed); 1x16xi64=random:7:1000 (below a bound); "
                        + "@FILE.npy or @FILE.pb. May be repeated."
            })
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(names = "--threads", paramLabel = "N", description = "Threads a run may use; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    ModelOptions() {}

    String name() {
        return model;
    }

    Options options() {
        return Options.builder().threads(threads).build();
    }

    /** The model's file, fetched if need be. */
    Path locate(Session session) {
        try (Progress _ = Progress.of(session.err(), "fetching " + model)) {
            return ModelCache.of(session).locate(session, model);
        }
    }

    /** Compiles the model in {@code file}. */
    Model load(Session session, Path file) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return Model.load(file, options());
        }
    }

    /** The inputs that the command line gives. */
    Map<String, Tensor> given(Session session, Model loaded) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        inputs.forEach((name, spec) -> {
            if (loaded.inputs().stream().noneMatch(info -> info.name().equals(name))) {
                throw new ModelException(
                        Code.INVALID_INPUT, name, "the model has no such input; its inputs are " + loaded.inputs());
            }
            tensors.put(name, InputSpec.parse(session, name, spec));
        });
        return tensors;
    }

    /** The same, where each input of the model that has no default must be given. */
    Map<String, Tensor> complete(Session session, Model loaded) {
        Map<String, Tensor> tensors = given(session, loaded);
        for (TensorInfo info : loaded.inputs()) {
            if (!info.optional() && !tensors.containsKey(info.name())) {
                throw new ModelException(
                        Code.INVALID_INPUT,
                        info.name(),
                        "expected a value for this input; give --input '" + example(info) + "'");
            }
        }
        return tensors;
    }

    /** A value that fits {@code info}, as the command line spells it. */
    static String example(TensorInfo info) {
        Map<String, Long> extents = SampleInputs.extents(java.util.List.of(info), Map.of());
        StringBuilder spec = new StringBuilder(info.name()).append('=');
        for (int axis = 0; axis < info.shape().size(); axis++) {
            spec.append(SampleInputs.extent(info, axis, extents)).append('x');
        }
        return spec.append(info.dtype()).append("=1").toString();
    }
}
