package dev.quern.cli.bench.worker;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;

/** Who runs the model. */
public sealed interface Subject {
    /** The Quern on the class path. */
    record Quern() implements Subject {}

    /**
     * ONNX Runtime, with all its optimisations and bound inputs.
     *
     * @param jar its library
     * @param stopsSpinning whether its threads stop spinning when a run ends
     */
    record PeerRuntime(Path jar, boolean stopsSpinning) implements Subject {}

    /** Writes this. */
    default void write(DataOutput out) throws IOException {
        switch (this) {
            case Quern() -> out.writeByte(0);
            case PeerRuntime(Path jar, boolean stopsSpinning) -> {
                out.writeByte(1);
                out.writeUTF(jar.toString());
                out.writeBoolean(stopsSpinning);
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    static Subject read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case 0 -> new Quern();
            case 1 -> new PeerRuntime(Path.of(in.readUTF()), in.readBoolean());
            default -> throw new IOException("no subject has the tag " + tag);
        };
    }
}
