package dev.quern.runtime;

import dev.quern.passes.CompilationPart;
import dev.quern.passes.PartListener;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;

/** Tells a sink and the flight recorder how long parts of a compilation take. */
record CompilationTimes(StageSink sink) implements PartListener {
    /** A runtime image may lack it. */
    private static final boolean HAS_RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    @Override
    public void done(CompilationPart part, String name, long nanoseconds) {
        sink.part(part, name, nanoseconds);
        if (HAS_RECORDER && FlightRecorder.isInitialized()) {
            CompilationPartEvent.commit(part, name, nanoseconds);
        }
    }

    /** What {@code work} gives, its time told. */
    <T> T time(CompilationPart part, String name, Supplier<T> work) {
        long begin = System.nanoTime();
        T result = work.get();
        done(part, name, System.nanoTime() - begin);
        return result;
    }
}
