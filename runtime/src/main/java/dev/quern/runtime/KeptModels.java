package dev.quern.runtime;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.Target;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Retuning;
import dev.quern.passes.program.Program;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.runtime.archive.ArchiveFolder;
import dev.quern.runtime.archive.ArchiveWriter;
import dev.quern.runtime.archive.CompilationKey;
import dev.quern.runtime.archive.DamagedException;
import dev.quern.runtime.archive.KeptProgram;
import dev.quern.runtime.archive.ModelFiles;
import dev.quern.runtime.archive.ProgramArchive;
import dev.quern.runtime.archive.SizedProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What this user's processes compiled, so that a model is compiled once for a machine and not once for a process. Whatever goes wrong with
 * it costs only time: the model is compiled.
 */
final class KeptModels {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    /** Bytes that kept programs may take on disk. */
    private static final long MOST_BYTES = 1L << 30;

    /** Bytes of constants that one may have beside those of its model: so many that it throws out no more than half of the others. */
    private static final long MOST_WEIGHTS = MOST_BYTES / 2;

    private final ArchiveFolder folder;
    private final String build;
    private final boolean atOnce;
    private final int threads;
    private final Target target;
    private final CompileOptions options;
    private final TakenRecords records;

    /**
     * Those in {@code folder}.
     *
     * @param build which build of Quern this is
     * @param atOnce whether {@link #keep} returns when all is kept; else a thread that the process waits for keeps it
     * @param threads that work on it at most
     * @param target what is compiled for
     * @param options how it is compiled
     * @param records what schedules are chosen by
     */
    KeptModels(
            Path folder,
            String build,
            boolean atOnce,
            int threads,
            Target target,
            CompileOptions options,
            TakenRecords records) {
        this.folder = new ArchiveFolder(folder, MOST_BYTES);
        this.build = build;
        this.atOnce = atOnce;
        this.threads = threads;
        this.target = target;
        this.options = options;
        this.records = records;
    }

    /**
     * A program that was kept.
     *
     * @param memory what constants of it lie in; whoever got it closes that
     * @param isRetuned whether kernels have other schedules than were kept, because other times are recorded of them; then it is to be kept anew
     */
    record Found(ProgramArchive program, ModelBytes memory, boolean isRetuned) {}

    /** The key of a model. */
    CompilationKey key(ModelFiles model) {
        return CompilationKey.of(
                build, ContentDigest.of(model, ResidentPool.shared(), threads), target, options, records.place());
    }

    /**
     * What is kept of {@code model}, by schedules that records have of its kernels now.
     *
     * @param check called before a kernel is scheduled; what it throws ends this
     */
    Optional<Found> find(CompilationKey key, ModelFiles model, Runnable check) {
        try {
            return folder.find(key).flatMap(found -> read(found, model, check));
        } catch (DamagedException damaged) {
            warn(damaged);
        } catch (IOException | UnsupportedOperationException | OutOfMemoryError | StackOverflowError unreadable) {
            LOG.log(System.Logger.Level.DEBUG, "kept models cannot be read", unreadable);
        }
        return Optional.empty();
    }

    /** The program in {@code found}, whose memory is closed if this fails or there is nothing of use. */
    private Optional<Found> read(ArchiveFolder.FoundArchive found, ModelFiles model, Runnable check) {
        try {
            TunedFor tuned = TunedFor.parse(found.archive().manifest().property(TunedFor.PROPERTY));
            TunedFor.RecordStanding standing = tuned.under(records);
            if (standing == TunedFor.RecordStanding.FORGOTTEN) {
                found.memory().close();
                return Optional.empty();
            }
            ProgramArchive program = ProgramArchive.read(found.archive(), model);
            return Optional.of(
                    standing == TunedFor.RecordStanding.SAME
                            ? new Found(program, found.memory(), false)
                            : new Found(
                                    program.with(retuned(program.program(), changes(tuned, check))),
                                    found.memory(),
                                    true));
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, found.memory()::close);
            throw failure;
        }
    }

    /** What records say of the kernels of which they said other things before. */
    private TunedSchedules changes(TunedFor before, Runnable check) {
        Set<String> changed = before.changed(records);
        return (kernel, constants) -> {
            check.run();
            return changed.contains(TunedFor.signature(kernel, constants))
                    ? records.schedules().of(kernel, constants)
                    : List.of();
        };
    }

    private KeptProgram retuned(KeptProgram kept, TunedSchedules tuned) {
        return new KeptProgram(
                kept.inputs(),
                retuned(kept.program(), tuned),
                kept.origins(),
                kept.sized().stream()
                        .map(sized -> new SizedProgram(
                                sized.sizes(), sized.body(), retuned(sized.program(), tuned), sized.origins()))
                        .toList(),
                kept.kernels());
    }

    private Program retuned(Program program, TunedSchedules tuned) {
        return Retuning.of(program, tuned, target, options.deterministic()).program();
    }

    /** The code of kernels of {@code archive}; what is damaged of it is compiled. */
    static KeptCode code(ProgramArchive archive) {
        return scheduled -> {
            try {
                return archive.code(scheduled);
            } catch (DamagedException damaged) {
                warn(damaged);
                return Optional.empty();
            }
        };
    }

    private static void warn(DamagedException damaged) {
        LOG.log(
                System.Logger.Level.WARNING,
                "what was kept of a compiled model is damaged and not used: {0}",
                damaged.getMessage());
    }

    /**
     * Keeps {@code compiled}, which was compiled of a model, unless that was changed meanwhile, or has files that the key does not
     * know of.
     *
     * @param inputs all inputs of the model
     * @param files what the model is made of now
     */
    void keep(CompilationKey key, List<DeclaredInput> inputs, Supplier<ModelFiles> files, CompiledModel compiled) {
        if (atOnce) {
            keepNow(key, inputs, files, compiled);
        } else {
            Thread.ofPlatform().name("quern-keep").start(() -> keepNow(key, inputs, files, compiled));
        }
    }

    private void keepNow(
            CompilationKey key, List<DeclaredInput> inputs, Supplier<ModelFiles> files, CompiledModel compiled) {
        try {
            ModelFiles now = files.get();
            if (!key(now).equals(key)) {
                return;
            }
            Map<String, byte[]> code = new LinkedHashMap<>();
            Optional<KeptProgram> kept = compiled.asLoaded(() -> kept(inputs, compiled, code));
            ArchiveWriter archive = new ArchiveWriter();
            if (kept.isPresent() && ProgramArchive.add(archive, kept.get(), code, now, MOST_WEIGHTS)) {
                archive.property(TunedFor.PROPERTY, tunedFor(kept.get()).text());
                folder.keep(key, archive);
            }
        } catch (IOException unwritable) {
            LOG.log(System.Logger.Level.DEBUG, "what was compiled cannot be kept", unwritable);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failed) {
            LOG.log(System.Logger.Level.DEBUG, "what was compiled is not kept", failed);
        }
    }

    private TunedFor tunedFor(KeptProgram kept) {
        List<Program> programs = new ArrayList<>(List.of(kept.program()));
        kept.sized().forEach(sized -> programs.add(sized.program()));
        return TunedFor.of(programs, records);
    }

    /**
     * What is to be kept of {@code compiled}.
     *
     * @param inputs all inputs of the model
     * @param code gets the code of kernels, by entry
     */
    static KeptProgram kept(List<DeclaredInput> inputs, CompiledModel compiled, Map<String, byte[]> code) {
        return new KeptProgram(inputs, compiled.program(), compiled.origins(), compiled.sized(), codes(compiled, code));
    }

    /** Each kernel and the entry of its code; the code itself goes to {@code entries}. */
    private static List<KeptProgram.CodeEntry> codes(CompiledModel compiled, Map<String, byte[]> entries) {
        Map<Executable, String> names = new IdentityHashMap<>();
        List<KeptProgram.CodeEntry> codes = new ArrayList<>();
        compiled.eachKernel((kernel, executable) -> {
            String name = names.get(executable);
            if (name == null) {
                byte[] artifact = executable.artifact();
                if (artifact.length == 0) {
                    return;
                }
                name = "kernels/" + names.size() + "_" + kernel.name() + executable.artifactSuffix();
                names.put(executable, name);
                entries.put(name, artifact);
            }
            codes.add(new KeptProgram.CodeEntry(kernel, name));
        });
        return codes;
    }
}
