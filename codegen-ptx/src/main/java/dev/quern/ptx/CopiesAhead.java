package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The copies of a pipelined loop for an iteration other than the one that computes: the variable and the memory have names of their own.
 *
 * @param variable the iteration that is copied for
 * @param statements the copies
 */
record CopiesAhead(String variable, List<Stmt> statements) {
    static CopiesAhead of(PipelinedLoop loop) {
        String variable = loop.loop().variable();
        Map<String, Dim> iteration = Map.of(variable, Dim.symbol(name(variable)));
        Set<String> memory = loop.buffers().stream().map(Buffer::name).collect(Collectors.toSet());
        KernelMapper renamed = new KernelMapper() {
            @Override
            protected Dim dim(Dim dim) {
                return dim.substitute(iteration);
            }

            @Override
            protected String name(String name) {
                return memory.contains(name) ? CopiesAhead.name(name) : name;
            }
        };
        return new CopiesAhead(
                name(variable), loop.copies().stream().map(renamed::stmt).toList());
    }

    /** What {@code name} is called here. */
    static String name(String name) {
        return OwnNames.of(name + " ahead");
    }
}
