package dev.quern.cli.bench.worker;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** What a contender's JVM answers. */
public sealed interface Reply {
    /** The model is loaded; that took {@code nanoseconds}, the loading of the classes and libraries included. */
    record Loaded(long nanoseconds) implements Reply {}

    /**
     * The timed runs in order.
     *
     * @param starts when each began, in nanoseconds since loading began
     * @param nanoseconds how long each took
     */
    record TimedRuns(long[] starts, long[] nanoseconds) implements Reply {
        @Override
        public boolean equals(Object other) {
            return other instanceof TimedRuns(long[] theirStarts, long[] theirNanoseconds)
                    && Arrays.equals(starts, theirStarts)
                    && Arrays.equals(nanoseconds, theirNanoseconds);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(starts) + Arrays.hashCode(nanoseconds);
        }
    }

    /** The most bytes of memory the process has held at once; -1 where the system does not say. */
    record Resident(long bytes) implements Reply {}

    /**
     * The request failed; the JVM can be asked nothing more.
     *
     * @param refused whether the subject refused the model or an input, as it may; otherwise something is broken
     * @param message why; for what is broken, with the stack
     */
    record Failed(boolean refused, String message) implements Reply {}

    /** Writes this. */
    default void write(DataOutput out) throws IOException {
        switch (this) {
            case Loaded(long nanoseconds) -> {
                out.writeByte(0);
                out.writeLong(nanoseconds);
            }
            case TimedRuns(long[] starts, long[] nanoseconds) -> {
                out.writeByte(1);
                out.writeInt(starts.length);
                for (int i = 0; i < starts.length; i++) {
                    out.writeLong(starts[i]);
                    out.writeLong(nanoseconds[i]);
                }
            }
            case Resident(long bytes) -> {
                out.writeByte(2);
                out.writeLong(bytes);
            }
            case Failed(boolean refused, String message) -> {
                out.writeByte(3);
                out.writeBoolean(refused);
                out.writeUTF(message.length() > MOST_CHARACTERS ? message.substring(0, MOST_CHARACTERS) : message);
            }
        }
    }

    /** Of a message, so that it fits {@link DataOutput#writeUTF}. */
    int MOST_CHARACTERS = 20_000;

    /** Reads what {@link #write} wrote. */
    static Reply read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case 0 -> new Loaded(in.readLong());
            case 1 -> {
                int count = in.readInt();
                long[] starts = new long[count];
                long[] nanoseconds = new long[count];
                for (int i = 0; i < count; i++) {
                    starts[i] = in.readLong();
                    nanoseconds[i] = in.readLong();
                }
                yield new TimedRuns(starts, nanoseconds);
            }
            case 2 -> new Resident(in.readLong());
            case 3 -> new Failed(in.readBoolean(), in.readUTF());
            default -> throw new IOException("no reply has the tag " + tag);
        };
    }
}
