package dev.quern.runtime;

import dev.quern.passes.CompilationPart;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** How long a part of compiling a model took, in recordings of the JVM's flight recorder. Committed when the part is done. */
@Name("dev.quern.CompilationPart")
@Label("Part of a Compilation")
@Category("Quern")
@StackTrace(false)
final class CompilationPartEvent extends Event {
    @Label("Part")
    String part;

    @Label("Name")
    String name;

    @Label("Time")
    @Timespan
    long nanoseconds;

    private CompilationPartEvent(CompilationPart part, String name, long nanoseconds) {
        this.part = part.words();
        this.name = name;
        this.nanoseconds = nanoseconds;
    }

    static void commit(CompilationPart part, String name, long nanoseconds) {
        new CompilationPartEvent(part, name, nanoseconds).commit();
    }
}
