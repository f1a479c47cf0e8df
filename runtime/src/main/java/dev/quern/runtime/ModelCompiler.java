package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.passes.CompileOptions;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Compiles ONNX models, with more to choose and to see than {@link dev.quern.Model#load}. Immutable.
 *
 * <p>The system property {@code quern.backend} set to {@code interpreter} has every kernel interpreted.
 */
public final class ModelCompiler {
    private static final String IN_MEMORY = "model in memory";

    private final Options options;
    private final CompileOptions compileOptions;
    private final StageSink stages;

    private ModelCompiler(Options options, CompileOptions compileOptions, StageSink stages) {
        this.options = Objects.requireNonNull(options);
        this.compileOptions = Objects.requireNonNull(compileOptions);
        this.stages = Objects.requireNonNull(stages);
    }

    /** A compiler that does what {@code options} say. */
    public static ModelCompiler of(Options options) {
        CompileOptions compileOptions = CompileOptions.defaults().withDeterministic(options.deterministic());
        return new ModelCompiler(options, compileOptions, StageSink.NONE);
    }

    /** The same, showing {@code sink} every stage. */
    public ModelCompiler withStages(StageSink sink) {
        return new ModelCompiler(options, compileOptions, sink);
    }

    /** The same with other rules of compilation. */
    public ModelCompiler with(CompileOptions other) {
        return new ModelCompiler(options, other, stages);
    }

    /**
     * Compiles the model in {@code file}.
     *
     * @throws dev.quern.ModelException if the file cannot be read, is not a valid model, or uses what Quern does not have
     */
    public CompiledModel compile(Path file) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                String.valueOf(file),
                reproducer,
                () -> compile(OnnxModels.read(required(file, "file"), reproducer::model), reproducer));
    }

    /** Compiles a model held in memory; it may not refer to external data. */
    public CompiledModel compile(byte[] model) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                IN_MEMORY,
                reproducer,
                () -> compile(OnnxModels.read(required(model, "model"), reproducer::model), reproducer));
    }

    private static <T> T required(T argument, String name) {
        if (argument == null) {
            throw new ModelException(ModelException.Code.INVALID_INPUT, name, "expected one, found null");
        }
        return argument;
    }

    private CompiledModel compile(ImportedModel model, Reproducer reproducer) {
        KernelCache kernels;
        try {
            reproducer.graph(model.graph());
            Backend backend = BackendChoice.forDevice(options.device());
            kernels = new KernelCache(
                    backend, backend.target(options.threads()), stages, ResidentPool.shared(), options.threads());
        } catch (RuntimeException | Error failure) {
            model.close();
            throw failure;
        }
        return new CompiledModel(
                new OnnxProgramSource(model, options.timeLimit(), compileOptions, stages),
                kernels,
                options,
                (node, operands, symbols, budget) ->
                        new GraphInterpreter(budget).evaluate(node, operands, new DimBindings(symbols)),
                ResidentPool.shared());
    }

    /** The model in {@code file} evaluated operation by operation, by the reference interpreter; slow. */
    public InterpretedModel interpret(Path file) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                String.valueOf(file),
                reproducer,
                () -> new InterpretedModel(OnnxModels.read(required(file, "file"), reproducer::model), options));
    }

    /** The same of a model held in memory. */
    public InterpretedModel interpret(byte[] model) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                IN_MEMORY,
                reproducer,
                () -> new InterpretedModel(OnnxModels.read(required(model, "model"), reproducer::model), options));
    }
}
