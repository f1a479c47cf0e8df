package dev.quern.cli.bench.worker;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;

/** What a contender's JVM is asked; each request has one {@link Reply}. */
public sealed interface Request {
    /**
     * Loads a model, the first of all requests. Reply: {@link Reply.Loaded}.
     *
     * @param subject who loads it
     * @param model its file
     * @param threads threads of a run
     * @param inputs a file of {@link SavedInputs}
     */
    record LoadModel(Subject subject, Path model, int threads, Path inputs) implements Request {}

    /**
     * Runs the model. Reply: {@link Reply.TimedRuns}.
     *
     * @param nanoseconds how long; the run during which the time is up is the last
     * @param least runs timed even beyond that time
     * @param paired whether each timed run is preceded by one that is not
     */
    record RunModel(long nanoseconds, int least, boolean paired) implements Request {}

    /** Asks for the most memory held so far. Reply: {@link Reply.Resident}. */
    record AskResident() implements Request {}

    /** Writes this. */
    default void write(DataOutput out) throws IOException {
        switch (this) {
            case LoadModel(Subject subject, Path model, int threads, Path inputs) -> {
                out.writeByte(0);
                subject.write(out);
                out.writeUTF(model.toString());
                out.writeInt(threads);
                out.writeUTF(inputs.toString());
            }
            case RunModel(long nanoseconds, int least, boolean paired) -> {
                out.writeByte(1);
                out.writeLong(nanoseconds);
                out.writeInt(least);
                out.writeBoolean(paired);
            }
            case AskResident() -> out.writeByte(2);
        }
    }

    /** Reads what {@link #write} wrote. */
    static Request read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case 0 -> new LoadModel(Subject.read(in), Path.of(in.readUTF()), in.readInt(), Path.of(in.readUTF()));
            case 1 -> new RunModel(in.readLong(), in.readInt(), in.readBoolean());
            case 2 -> new AskResident();
            default -> throw new IOException("no request has the tag " + tag);
        };
    }
}
