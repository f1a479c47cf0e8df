package dev.quern.onnx.proto;

import dev.quern.ModelException;
import dev.quern.ir.backend.GiveBack;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A model as bytes: a mapped file, or an array. Whatever is read of it lies in its memory, which is there until {@link #close()}. Safe to
 * use and close from any thread.
 */
public final class ModelBytes implements AutoCloseable {
    private final MemorySegment bytes;
    private final String label;
    private final ExternalFiles external;
    private final Arena arena;
    private final List<MappedFile> files;
    private final boolean lent;

    private ModelBytes(MemorySegment bytes, String label, ExternalFiles external, Arena arena, List<MappedFile> files) {
        this(bytes, label, external, arena, files, false);
    }

    private ModelBytes(
            MemorySegment bytes,
            String label,
            ExternalFiles external,
            Arena arena,
            List<MappedFile> files,
            boolean lent) {
        this.bytes = bytes.asReadOnly();
        this.label = label;
        this.external = external;
        this.arena = arena;
        this.files = files;
        this.lent = lent;
    }

    /**
     * Maps {@code file}, which must not shrink while it is mapped.
     *
     * @throws ModelException if it cannot be read
     */
    public static ModelBytes map(Path file) {
        Arena arena = Arena.ofShared();
        List<MappedFile> files = new CopyOnWriteArrayList<>();
        try {
            MappedFile mapped = MappedFile.map(file, arena);
            files.add(mapped);
            return new ModelBytes(mapped.bytes(), file.toString(), new ExternalData(file, arena, files), arena, files);
        } catch (IOException failure) {
            ModelException unreadable = MappedFile.unreadable(file, failure);
            GiveBack.after(unreadable, () -> giveBack(arena, files));
            throw unreadable;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, () -> giveBack(arena, files));
            throw failure;
        }
    }

    /** Unmaps and closes files, all of them whatever fails. */
    private static void giveBack(Arena arena, List<MappedFile> files) {
        List<Runnable> steps = new ArrayList<>();
        steps.add(arena::close);
        files.forEach(file -> steps.add(file::close));
        GiveBack.all(steps);
    }

    /** A model held in memory; the array must not change while this is used. External data is refused. */
    public static ModelBytes of(byte[] model) {
        return new ModelBytes(
                MemorySegment.ofArray(model), "model in memory", null, Arena.ofShared(), new CopyOnWriteArrayList<>());
    }

    /**
     * A model that lies in {@code part} of these bytes, and is closed with them.
     *
     * @param external what lies in place of files of external data, by location
     */
    public ModelBytes within(MemorySegment part, Map<String, MemorySegment> external) {
        return new ModelBytes(part, label, ExternalFiles.of(external), arena, files);
    }

    /** The same for who must not close them: closing what this gives does nothing. */
    public ModelBytes lent() {
        return new ModelBytes(bytes, label, external, arena, files, true);
    }

    /**
     * Maps the files of external data that the initializers of the model refer to, without reading the model.
     *
     * @return all that are mapped, by location
     * @throws ModelException if the bytes are not a well-formed model, or a file is not there or out of the model's reach
     */
    public Map<String, MemorySegment> mapExternal() {
        if (external != null) {
            WireMessage root = new WireSource(bytes, label, arena, external).root();
            ExternalReference.locations(root.again()).forEach(location -> external.map(root, location));
        }
        return external();
    }

    /** Files of external data read so far, by location. */
    public Map<String, MemorySegment> external() {
        return external == null ? Map.of() : external.mapped();
    }

    /** The bytes, read only. */
    public MemorySegment bytes() {
        return bytes;
    }

    /**
     * Reads the model, whose memory this stays.
     *
     * @throws ModelException if the bytes are not a well-formed model
     */
    OnnxModel read() {
        WireSource source = new WireSource(bytes, label, arena, external);
        ForeignFormat.refuse(source);
        return ModelFields.model(source.root());
    }

    /**
     * Checks that no mapped file has become shorter since it was mapped; to be asked before what was read is relied on.
     *
     * @throws ModelException if one has
     */
    public void requireWhole() {
        for (int i = 0; i < files.size(); i++) {
            files.get(i).requireWhole();
        }
    }

    /** Unmaps the file and frees decoded constants; further calls do nothing. */
    @Override
    public synchronized void close() {
        if (!lent && arena.scope().isAlive()) {
            giveBack(arena, files);
        }
    }
}
