package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.passes.CompileOptions;
import dev.quern.runtime.archive.BuildIdentity;
import dev.quern.runtime.archive.CompilationKey;
import dev.quern.runtime.archive.ProgramArchive;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

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
    private final Optional<Keeping> keeping;

    /** Where programs are kept, and of which build of Quern. */
    private record Keeping(Path folder, String build, boolean atOnce) {
        static Optional<Keeping> of(Options options) {
            return options.cache()
                    .flatMap(folder -> BuildIdentity.get().map(build -> new Keeping(folder, build, false)));
        }
    }

    private ModelCompiler(Options options, CompileOptions compileOptions, StageSink stages, Optional<Keeping> keeping) {
        this.options = Objects.requireNonNull(options);
        this.compileOptions = Objects.requireNonNull(compileOptions);
        this.stages = Objects.requireNonNull(stages);
        this.keeping = keeping;
    }

    /** A compiler that does what {@code options} say, and keeps what it compiled where they say. */
    public static ModelCompiler of(Options options) {
        CompileOptions compileOptions = CompileOptions.defaults().withDeterministic(options.deterministic());
        return new ModelCompiler(options, compileOptions, StageSink.NONE, Keeping.of(options));
    }

    /** The same, showing {@code sink} every stage; so every stage is done, and nothing kept. */
    public ModelCompiler withStages(StageSink sink) {
        return new ModelCompiler(options, compileOptions, sink, Optional.empty());
    }

    /** The same with other rules of compilation. */
    public ModelCompiler with(CompileOptions other) {
        return new ModelCompiler(options, other, stages, keeping);
    }

    /**
     * The same, keeping what it compiles in {@code folder} before the model is handed out, and taking from there what was compiled before.
     *
     * @param build a name that no two builds share which compile differently
     */
    public ModelCompiler keepingIn(Path folder, String build) {
        return new ModelCompiler(options, compileOptions, stages, Optional.of(new Keeping(folder, build, true)));
    }

    /**
     * Compiles the model in {@code file}.
     *
     * @throws dev.quern.ModelException if the file cannot be read, is not a valid model, or uses what Quern does not have
     */
    public CompiledModel compile(Path file) {
        return compile(String.valueOf(file), () -> ModelBytes.map(required(file, "file")));
    }

    /** Compiles a model held in memory; it may not refer to external data. */
    public CompiledModel compile(byte[] model) {
        return compile(IN_MEMORY, () -> ModelBytes.of(required(model, "model")));
    }

    private static <T> T required(T argument, String name) {
        if (argument == null) {
            throw new ModelException(ModelException.Code.INVALID_INPUT, name, "expected one, found null");
        }
        return argument;
    }

    private CompiledModel compile(String where, Supplier<ModelBytes> open) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(where, reproducer, () -> {
            ModelBytes bytes = open.get();
            Backend backend;
            Target target;
            try {
                backend = BackendChoice.forDevice(options.device());
                target = backend.target(options.threads());
            } catch (RuntimeException | Error failure) {
                bytes.close();
                throw failure;
            }
            Optional<KeptModels> kept = backend.takesCodeBack()
                    ? keeping.map(place -> new KeptModels(
                            place.folder(), place.build(), place.atOnce(), options.threads(), target, compileOptions))
                    : Optional.empty();
            return kept.isPresent()
                    ? compile(bytes, backend, target, kept.get(), reproducer)
                    : compiled(imported(bytes, reproducer), backend, target);
        });
    }

    private CompiledModel compile(
            ModelBytes bytes, Backend backend, Target target, KeptModels kept, Reproducer reproducer) {
        CompilationKey key;
        Optional<ProgramArchive> found;
        try {
            key = kept.key(bytes.bytes());
            found = kept.find(key, bytes.bytes());
        } catch (RuntimeException | Error failure) {
            bytes.close();
            throw failure;
        }
        if (found.isPresent()) {
            ProgramArchive archive = found.get();
            KeptProgramSource source = new KeptProgramSource(archive.program(), bytes, this::source);
            return model(source, backend, target, KeptModels.code(archive));
        }
        ImportedModel imported = imported(bytes, reproducer);
        CompiledModel compiled = compiled(imported, backend, target);
        kept.keep(key, imported, compiled);
        return compiled;
    }

    private static ImportedModel imported(ModelBytes bytes, Reproducer reproducer) {
        ImportedModel imported = OnnxModels.read(bytes, reproducer::model);
        reproducer.graph(imported::graph);
        return imported;
    }

    private ProgramSource source(ImportedModel model) {
        return new OnnxProgramSource(model, options.timeLimit(), compileOptions, stages);
    }

    private CompiledModel compiled(ImportedModel imported, Backend backend, Target target) {
        return model(source(imported), backend, target, KeptCode.NONE);
    }

    private CompiledModel model(ProgramSource source, Backend backend, Target target, KeptCode code) {
        return new CompiledModel(
                source,
                new KernelCache(backend, target, stages, ResidentPool.shared(), options.threads(), code),
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
