package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Loops whose iterations are written out. */
final class Replicas {
    private Replicas() {}

    /** The body of {@code loop}, of constant extent, once for each iteration. */
    static List<Stmt> of(Stmt.For loop) {
        return LongStream.range(0, loop.extent().constant())
                .mapToObj(iteration -> with(loop.variable(), Dim.of(iteration)).stmt(loop.body()))
                .toList();
    }

    /** Puts {@code value} in the place of a variable. */
    static KernelMapper with(String variable, Dim value) {
        Map<String, Dim> known = Map.of(variable, value);
        return new KernelMapper() {
            @Override
            protected Dim dim(Dim dim) {
                return dim.substitute(known);
            }
        };
    }
}
