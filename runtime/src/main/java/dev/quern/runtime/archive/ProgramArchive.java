package dev.quern.runtime.archive;

import dev.quern.ir.kernel.Kernel;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/** A compiled program as entries of an archive: {@code program.bin}, {@code weights.bin} and the code of kernels, {@code kernels/NAME.class} or {@code kernels/NAME.ptx}. */
public final class ProgramArchive {
    private static final String PROGRAM = "program.bin";
    private static final String TABLE = "weights.table";
    private static final String WEIGHTS = "weights.bin";

    private final KeptProgram kept;
    private final Archive archive;
    private final Map<Kernel, String> entries = new IdentityHashMap<>();

    private ProgramArchive(KeptProgram kept, Archive archive) {
        this.kept = kept;
        this.archive = archive;
        kept.kernels().forEach(code -> entries.put(code.scheduled(), code.entry()));
    }

    /**
     * Adds {@code kept} to an archive.
     *
     * @param code code of the kernels, by entry
     * @param model the model's files; constants that lie there are not copied
     * @param most bytes of constants that are copied at most
     * @return whether it was added; not if there are more such constants
     */
    public static boolean add(
            ArchiveWriter archive, KeptProgram kept, Map<String, byte[]> code, ModelFiles model, long most) {
        ModelWeights weights = new ModelWeights(model);
        byte[] program = RecordWriter.write(kept, weights);
        if (weights.ownBytes() > most) {
            return false;
        }
        archive.entry(PROGRAM, program);
        archive.entry(TABLE, weights.table());
        code.forEach(archive::entry);
        archive.entry(WEIGHTS, weights.own());
        return true;
    }

    /**
     * Reads what {@link #add} wrote. Whoever made the archive must be trusted, as code of his will run.
     *
     * @param model the model's files
     * @throws DamagedException if it is not that
     */
    public static ProgramArchive read(Archive archive, ModelFiles model) {
        ModelWeights weights = new ModelWeights(model, archive.code(TABLE), archive.segment(WEIGHTS));
        return new ProgramArchive(RecordReader.read(archive.code(PROGRAM), KeptProgram.class, weights), archive);
    }

    /** Another program, {@code other}, whose kernels have the code that is here where they are the same objects. */
    public ProgramArchive with(KeptProgram other) {
        return new ProgramArchive(other, archive);
    }

    /** The program. */
    public KeptProgram program() {
        return kept;
    }

    /** The code of a kernel of the program, this very object; empty if it has none. */
    public Optional<byte[]> code(Kernel scheduled) {
        return Optional.ofNullable(entries.get(scheduled)).map(archive::code);
    }
}
