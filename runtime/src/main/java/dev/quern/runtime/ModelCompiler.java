package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.passes.BuildIdentity;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.CompileOptions;
import dev.quern.runtime.archive.Archive;
import dev.quern.runtime.archive.ArchiveKey;
import dev.quern.runtime.archive.CompilationKey;
import dev.quern.runtime.archive.DamagedException;
import dev.quern.runtime.archive.ModelFiles;
import dev.quern.runtime.archive.ProgramArchive;
import dev.quern.tune.TrialPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
    private final TrialTiming timing;

    /** Where candidates are timed when a model is tuned at load or while it is used. */
    @FunctionalInterface
    public interface TrialPlaces {
        /** The place of runs on {@code threads} threads, of kernels that {@code backend} compiles for {@code target}. */
        TrialPlace of(Backend backend, Target target, int threads);
    }

    /** How tuning takes times, and by which clock, of nanoseconds, it ends. */
    private record TrialTiming(TrialPlaces places, LongSupplier clock) {
        static final TrialTiming HERE = new TrialTiming(HostTrials::new, System::nanoTime);
    }

    /** Where programs are kept, and of which build of Quern. */
    private record Keeping(Path folder, String build, boolean atOnce) {
        static Optional<Keeping> of(Options options) {
            return options.cache()
                    .flatMap(folder -> BuildIdentity.get().map(build -> new Keeping(folder, build, false)));
        }
    }

    private ModelCompiler(
            Options options,
            CompileOptions compileOptions,
            StageSink stages,
            Optional<Keeping> keeping,
            TrialTiming timing) {
        this.options = Objects.requireNonNull(options);
        this.compileOptions = Objects.requireNonNull(compileOptions);
        this.stages = Objects.requireNonNull(stages);
        this.keeping = keeping;
        this.timing = timing;
    }

    /** A compiler that does what {@code options} say, and keeps what it compiled where they say. */
    public static ModelCompiler of(Options options) {
        CompileOptions compileOptions = CompileOptions.defaults()
                .withDeterministic(options.deterministic())
                .withWinograd(options.winograd())
                .withAttention(options.attention());
        return new ModelCompiler(options, compileOptions, StageSink.NONE, Keeping.of(options), TrialTiming.HERE);
    }

    /** The same, showing {@code sink} every stage; so every stage is done, and nothing kept. */
    public ModelCompiler withStages(StageSink sink) {
        return new ModelCompiler(options, compileOptions, sink, Optional.empty(), timing);
    }

    /**
     * The same, keeping what it compiles in {@code folder} before the model is handed out, and taking from there what was compiled before.
     *
     * @param build a name that no two builds share which compile differently
     */
    public ModelCompiler keepingIn(Path folder, String build) {
        return new ModelCompiler(
                options, compileOptions, stages, Optional.of(new Keeping(folder, build, true)), timing);
    }

    /**
     * The same, timing candidates elsewhere where {@code Options.tune} or {@code Options.tuneOnline} has it tune.
     *
     * @param clock nanoseconds, by which the time for tuning is taken
     */
    public ModelCompiler timingAt(TrialPlaces places, LongSupplier clock) {
        return new ModelCompiler(options, compileOptions, stages, keeping, new TrialTiming(places, clock));
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

    /** Compiles a model whose bytes {@code open} gives, anew each time; they are closed with it, or if this fails. */
    CompiledModel compile(String where, Supplier<ModelBytes> open) {
        long begin = System.nanoTime();
        SeatedModel first = loaded(where, open, options.timeLimit());
        CompiledModel loaded = first.model();
        if (!options.tune().isZero() && first.seat().target() instanceof Target.Processor) {
            loaded = tuned(where, open, loaded, first.seat(), begin);
        }
        WarmUpAtLoad.begin(loaded, options.warmUp(), left(begin));
        if (!options.tuneOnline().isZero() && first.seat().target() instanceof Target.Processor) {
            tuneOnline(where, open, loaded);
        }
        return loaded;
    }

    private void tuneOnline(String where, Supplier<ModelBytes> open, CompiledModel loaded) {
        try {
            if (!isArchive(where, open)) {
                loaded.tuneOnline(timing.places(), timing.clock(), RequestGate.shared());
            }
        } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError | StackOverflowError failure) {
            untuned(where, failure);
        }
    }

    private Duration left(long begin) {
        return options.timeLimit().minusNanos(System.nanoTime() - begin);
    }

    /**
     * {@code loaded}, or the same model compiled by what tuning found. Whatever becomes of that, there is a model; only shapes that do not fit it are said to whoever named them.
     *
     * @param begin when loading began: time is left for compiling once more
     */
    private CompiledModel tuned(String where, Supplier<ModelBytes> open, CompiledModel loaded, Seat seat, long begin) {
        Duration compiling = Duration.ofNanos(System.nanoTime() - begin);
        List<Map<String, long[]>> shapes;
        try {
            shapes = Boundary.cross(where, new Reproducer(), () -> {
                List<Map<String, long[]>> named = TuneAtLoad.shapes(loaded, options);
                named.forEach(loaded::zeros);
                return named;
            });
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, loaded::close);
            throw failure;
        }
        try {
            if (isArchive(where, open)) {
                return loaded;
            }
            TrialPlace place = timing.places().of(seat.backend(), seat.target(), options.threads());
            new TuneAtLoad(loaded, place, options, timing.clock())
                    .run(shapes, left(begin).minus(compiling));
        } catch (InterruptedException stopped) {
            // Files cannot be read by a thread that is interrupted.
            Thread.currentThread().interrupt();
            return loaded;
        } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError | StackOverflowError failure) {
            untuned(where, failure);
        }
        try {
            Seat now = seat();
            if (!now.records().digest().equals(seat.records().digest())
                    && left(begin).isPositive()) {
                return inPlaceOf(loaded, loaded(where, open, left(begin)).model(), where);
            }
        } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError | StackOverflowError failure) {
            untuned(where, failure);
        }
        return loaded;
    }

    /** {@code better}, whatever becomes of closing {@code loaded}. */
    static CompiledModel inPlaceOf(CompiledModel loaded, CompiledModel better, String where) {
        try {
            loaded.close();
        } catch (RuntimeException | Error failure) {
            System.getLogger("dev.quern.runtime")
                    .log(
                            System.Logger.Level.WARNING,
                            "{0}: the model is tuned; what it had before is not all given back: {1}",
                            where,
                            failure.toString());
        }
        return better;
    }

    private static void untuned(String where, Throwable failure) {
        System.getLogger("dev.quern.runtime")
                .log(
                        System.Logger.Level.WARNING,
                        "{0}: the model is loaded, and not tuned to the end: {1}",
                        where,
                        failure instanceof ModelException refusal ? refusal.getMessage() : failure);
    }

    private static boolean isArchive(String where, Supplier<ModelBytes> open) {
        try (ModelBytes bytes = open.get()) {
            return archive(bytes, where).isPresent();
        }
    }

    private SeatedModel loaded(String where, Supplier<ModelBytes> open, Duration limit) {
        Reproducer reproducer = new Reproducer();
        Watch watch = Watch.start(limit);
        return Boundary.cross(where, reproducer, () -> {
            ModelBytes bytes = open.get();
            ModelBytes model;
            Seat seat;
            Optional<CompiledModel> restored;
            try {
                Optional<Archive> archive = archive(bytes, where);
                model = archive.isPresent() ? ModelArchives.model(archive.get(), bytes, where) : bytes;
                seat = seat();
                restored = restored(archive, model, seat, where, watch);
            } catch (RuntimeException | Error failure) {
                GiveBack.after(failure, bytes::close);
                throw failure;
            }
            return new SeatedModel(
                    restored.isPresent() ? restored.get() : compiled(model, seat, reproducer, watch), seat);
        });
    }

    /** A back end, what it compiles for, and what is known of schedules there. */
    private record Seat(Backend backend, Target target, TakenRecords records) {}

    /** A model, and what it was compiled for. */
    private record SeatedModel(CompiledModel model, Seat seat) {}

    private Seat seat() {
        Backend backend = BackendChoice.forDevice(options.device());
        Target target = backend.target(options.threads());
        return new Seat(backend, target, TakenRecords.of(options, target));
    }

    private static Optional<Archive> archive(ModelBytes bytes, String where) {
        try {
            return Archive.of(bytes.bytes());
        } catch (DamagedException damaged) {
            throw ModelArchives.damaged(where, damaged);
        }
    }

    private Optional<CompiledModel> restored(
            Optional<Archive> given, ModelBytes model, Seat seat, String where, Watch watch) {
        Optional<String> build = keeping.map(Keeping::build).or(BuildIdentity::get);
        if (given.isEmpty() || !seat.backend().takesCodeBack() || stages != StageSink.NONE || build.isEmpty()) {
            return Optional.empty();
        }
        Archive archive = given.get();
        CompilationKey key = CompilationKey.of(
                build.get(),
                archive.manifest().property(CompilationKey.MODEL),
                seat.target(),
                compileOptions,
                seat.records().place());
        return ModelArchives.program(archive, model, key, options, where)
                .map(program -> restored(program, model, model, seat, watch));
    }

    private CompiledModel restored(
            ProgramArchive program, ModelBytes model, ModelBytes memory, Seat seat, Watch watch) {
        KeptProgramSource source =
                new KeptProgramSource(program.program(), model, memory, imported -> source(imported, seat));
        return model(source, seat, KeptModels.code(program), watch);
    }

    private CompiledModel compiled(ModelBytes bytes, Seat seat, Reproducer reproducer, Watch watch) {
        Optional<KeptModels> kept =
                seat.backend().takesCodeBack() ? keeping.map(place -> kept(place, seat)) : Optional.empty();
        if (kept.isEmpty()) {
            return compiled(imported(bytes, reproducer), seat, watch);
        }
        CompilationKey key;
        Optional<KeptModels.Found> found;
        try {
            ModelFiles files = files(bytes);
            key = kept.get().key(files);
            found = kept.get().find(key, files, watch::check);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, bytes::close);
            throw failure;
        }
        if (found.isPresent()) {
            KeptModels.Found program = found.get();
            CompiledModel restored = restored(program.program(), bytes, program.memory(), seat, watch);
            if (program.isRetuned()) {
                kept.get().keep(key, program.program().program().inputs(), () -> files(bytes), restored);
            }
            return restored;
        }
        ImportedModel imported = imported(bytes, reproducer);
        CompiledModel compiled = compiled(imported, seat, watch);
        kept.get().keep(key, imported.inputs(), () -> new ModelFiles(imported.bytes(), imported.external()), compiled);
        return compiled;
    }

    /** What the model is made of; only its own file where it is none, which whoever reads it says better. */
    private static ModelFiles files(ModelBytes bytes) {
        try {
            return new ModelFiles(bytes.bytes(), bytes.mapExternal());
        } catch (ModelException noModel) {
            return new ModelFiles(bytes.bytes(), bytes.external());
        }
    }

    private KeptModels kept(Keeping place, Seat seat) {
        return new KeptModels(
                place.folder(),
                place.build(),
                place.atOnce(),
                options.threads(),
                seat.target(),
                compileOptions,
                seat.records());
    }

    /**
     * Compiles the model in {@code model} and writes it to {@code file}, with all that a later {@link #compile(Path)} of that needs.
     *
     * @throws ModelException if the model cannot be compiled, or the file not be written
     */
    public void archive(Path model, Path file) {
        archive(model, file, compiled -> {});
    }

    /**
     * {@link #archive(Path, Path)}, with what runs of some sizes need that the program for any sizes leaves until then: forms of kernels for such
     * sizes, and programs where it makes assumptions that do not hold of them.
     *
     * @param runs runs the model it is given on inputs of these sizes
     * @throws ModelException also what {@code runs} throws
     */
    public void archive(Path model, Path file, Consumer<CompiledModel> runs) {
        Reproducer reproducer = new Reproducer();
        Boundary.cross(String.valueOf(model), reproducer, () -> {
            Seat seat = seat();
            if (!seat.backend().takesCodeBack()) {
                throw new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        options.device(),
                        "this device takes no code back; models are compiled ahead of time for the devices cpu and cuda");
            }
            Keeping place = keeping.or(() -> Keeping.of(options)).orElseThrow(() -> noPlace(file));
            ImportedModel imported = imported(bytes(required(model, "model")), reproducer);
            try (CompiledModel compiled = compiled(imported, seat, Watch.start(options.timeLimit()))) {
                runs.accept(compiled);
                CompilationKey key = kept(place, seat).key(new ModelFiles(imported.bytes(), imported.external()));
                ModelArchives.write(required(file, "file"), imported, compiled, key, ArchiveKey.in(place.folder()));
                return null;
            } catch (IOException unwritable) {
                throw new ModelException(
                        ModelException.Code.IO,
                        String.valueOf(file),
                        "cannot be written (" + unwritable + ")",
                        unwritable);
            }
        });
    }

    private ModelException noPlace(Path file) {
        return new ModelException(
                ModelException.Code.UNSUPPORTED,
                String.valueOf(file),
                options.cache().isEmpty()
                        ? "a model compiled ahead of time is marked with a key that lies in the cache folder, and there is none: "
                                + "set Options.cache, or leave quern.cache=off out"
                        : "a model compiled ahead of time says which build of Quern made it, and this one lies in no file or folder of "
                                + "its own that tells, but inside of another jar perhaps: put Quern's jar on the class path as a file");
    }

    /**
     * The bytes of the model in {@code file}, be it compiled ahead of time or not.
     *
     * @throws ModelException if the file cannot be read, or is a compiled model that is damaged
     */
    public static ModelBytes bytes(Path file) {
        return plain(ModelBytes.map(required(file, "file")), file.toString());
    }

    /** The model in {@code bytes}, be it compiled ahead of time or not; they are closed if this fails. */
    private static ModelBytes plain(ModelBytes bytes, String where) {
        try {
            return archive(bytes, where)
                    .map(archive -> ModelArchives.model(archive, bytes, where))
                    .orElse(bytes);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, bytes::close);
            throw failure;
        }
    }

    /** The model in {@code bytes}, which are closed with it, or if this fails. */
    private ImportedModel imported(ModelBytes bytes, Reproducer reproducer) {
        long begin = System.nanoTime();
        ImportedModel imported = OnnxModels.read(bytes, reproducer::model);
        try {
            new CompilationTimes(stages).done(CompilationPart.IMPORT, "", System.nanoTime() - begin);
            reproducer.graph(imported::graph);
            return imported;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, imported::close);
            throw failure;
        }
    }

    private ProgramSource source(ImportedModel model, Seat seat) {
        return new OnnxProgramSource(
                model,
                options.timeLimit(),
                compileOptions.withTuned(seat.records().schedules()),
                stages);
    }

    private CompiledModel compiled(ImportedModel imported, Seat seat, Watch watch) {
        return model(source(imported, seat), seat, KeptCode.NONE, watch);
    }

    private CompiledModel model(ProgramSource source, Seat seat, KeptCode code, Watch watch) {
        return new CompiledModel(
                source,
                new KernelCache(seat.backend(), seat.target(), stages, ResidentPool.shared(), options.threads(), code),
                options,
                (node, operands, symbols, budget) ->
                        new GraphInterpreter(budget).evaluate(node, operands, new DimBindings(symbols)),
                ResidentPool.shared(),
                watch);
    }

    /** The model in {@code file} evaluated operation by operation, by the reference interpreter; slow. */
    public InterpretedModel interpret(Path file) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                String.valueOf(file),
                reproducer,
                () -> new InterpretedModel(OnnxModels.read(bytes(file), reproducer::model), options));
    }

    /** The same of a model held in memory. */
    public InterpretedModel interpret(byte[] model) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(
                IN_MEMORY,
                reproducer,
                () -> new InterpretedModel(
                        OnnxModels.read(plain(ModelBytes.of(required(model, "model")), IN_MEMORY), reproducer::model),
                        options));
    }
}
