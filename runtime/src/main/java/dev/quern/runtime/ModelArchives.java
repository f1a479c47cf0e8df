package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.proto.ModelBytes;
import dev.quern.runtime.archive.Archive;
import dev.quern.runtime.archive.ArchiveKey;
import dev.quern.runtime.archive.ArchiveWriter;
import dev.quern.runtime.archive.CompilationKey;
import dev.quern.runtime.archive.DamagedException;
import dev.quern.runtime.archive.KeptProgram;
import dev.quern.runtime.archive.ModelFiles;
import dev.quern.runtime.archive.ProgramArchive;
import dev.quern.runtime.archive.SizedProgram;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models compiled ahead of time: one file that holds the model, its files of external data, the program, the code of its kernels, and texts of all
 * stages for people. The model in it is a model like any; the program and code in it are used only where they may be trusted and fit.
 */
final class ModelArchives {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");
    private static final String MODEL = "model.onnx";
    private static final String DATA = "data/";

    private ModelArchives() {}

    /**
     * Writes {@code compiled} as an archive.
     *
     * @param model what it was compiled of
     * @param key what it was compiled for
     * @param mark the key of who makes it
     */
    static void write(Path file, ImportedModel model, CompiledModel compiled, CompilationKey key, ArchiveKey mark)
            throws IOException {
        ArchiveWriter archive = new ArchiveWriter();
        key.properties().forEach(archive::property);
        archive.entry("graph.qir", GraphPrinter.print(WithoutWeights.of(model.graph())));
        archive.entry("program.txt", ProgramText.steps(compiled.program()));
        archive.entry("kernels.qir", ProgramText.scheduled(compiled.program()));
        List<SizedProgram> sized = compiled.sized();
        for (int i = 0; i < sized.size(); i++) {
            archive.property("sized." + i, SizedText.of(sized.get(i)));
            archive.entry(
                    "sized/" + i + "/program.txt",
                    ProgramText.steps(sized.get(i).program()));
            archive.entry(
                    "sized/" + i + "/kernels.qir",
                    ProgramText.scheduled(sized.get(i).program()));
        }
        Map<String, byte[]> code = new LinkedHashMap<>();
        KeptProgram kept = KeptModels.kept(model.inputs(), compiled, code);
        ModelFiles files = new ModelFiles(model.bytes(), model.external());
        ProgramArchive.add(archive, kept, code, files, Long.MAX_VALUE);
        archive.entry(MODEL, files.model());
        files.external().forEach((location, bytes) -> archive.entry(DATA + onOneLine(location), bytes));
        archive.write(file, mark);
    }

    /** {@code location}, which a line of the manifest has to hold; else a model could add lines that its archive vouches for. */
    private static String onOneLine(String location) {
        if (location.indexOf('\n') >= 0) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    location.replace("\n", "\\n"),
                    "a model whose external data is in a file with a line break in its name cannot be compiled ahead of time; "
                            + "rename the file and its mentions");
        }
        return location;
    }

    /**
     * The model in {@code archive}, which lies in {@code file}.
     *
     * @throws ModelException if it is damaged
     */
    static ModelBytes model(Archive archive, ModelBytes file, String where) {
        try {
            Map<String, MemorySegment> external = new HashMap<>();
            archive.manifest().entries().stream()
                    .filter(entry -> entry.name().startsWith(DATA))
                    .forEach(entry -> external.put(entry.name().substring(DATA.length()), archive.segment(entry)));
            return file.within(archive.segment(MODEL), external);
        } catch (DamagedException damaged) {
            throw damaged(where, damaged);
        }
    }

    /** What to throw for an archive that is not what was written. */
    static ModelException damaged(String where, DamagedException damaged) {
        return new ModelException(
                ModelException.Code.MALFORMED_MODEL,
                where,
                "the compiled model is damaged: " + damaged.getMessage() + "; compile it again",
                damaged);
    }

    /** The program in {@code archive}, if it may run here; else one line of the log says why not, and the model is to be compiled. */
    static Optional<ProgramArchive> program(
            Archive archive, ModelBytes model, CompilationKey key, Options options, String where) {
        Optional<String> misfit = key.misfit(archive.manifest());
        if (misfit.isEmpty() && !isTrusted(archive, options)) {
            misfit = Optional.of("it was not made by this user on this machine, and Options.trustArchive is off");
        }
        if (misfit.isPresent()) {
            LOG.log(System.Logger.Level.INFO, "{0}: the model in it is compiled anew: {1}", where, misfit.get());
            return Optional.empty();
        }
        try {
            return Optional.of(ProgramArchive.read(archive, new ModelFiles(model.bytes(), model.external())));
        } catch (DamagedException damaged) {
            throw damaged(where, damaged);
        }
    }

    private static boolean isTrusted(Archive archive, Options options) {
        if (options.trustArchive()) {
            return true;
        }
        try {
            return options.cache().isPresent()
                    && archive.isMarkedBy(ArchiveKey.in(options.cache().get()));
        } catch (IOException noKey) {
            LOG.log(System.Logger.Level.DEBUG, "there is no key", noKey);
            return false;
        }
    }
}
