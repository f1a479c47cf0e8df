package dev.quern.ir.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A loop whose iterations first fill memory of their own from what the loop does not write, each element once, and then compute: the copies of
 * an iteration may be done before the iterations in front of it are, and in any order.
 *
 * @param loop the loop
 * @param buffers the shared memory that each iteration allocates
 * @param copies the statements that fill it, in order
 * @param rest what follows, in order; it writes registers alone
 */
public record PipelinedLoop(Stmt.For loop, List<Buffer> buffers, List<Stmt> copies, List<Stmt> rest) {
    public PipelinedLoop {
        buffers = List.copyOf(buffers);
        copies = List.copyOf(copies);
        rest = List.copyOf(rest);
    }

    /** {@code loop} as such a loop, if it is one. */
    public static Optional<PipelinedLoop> of(Stmt.For loop) {
        List<Buffer> buffers = new ArrayList<>();
        List<Stmt> statements = new ArrayList<>();
        flatten(loop.body(), buffers, statements);
        Set<String> own = new HashSet<>();
        buffers.forEach(buffer -> own.add(buffer.name()));
        Set<String> written = Statements.written(loop.body());
        int copies = 0;
        while (copies < statements.size() && isCopy(statements.get(copies), own, written)) {
            copies++;
        }
        List<Stmt> rest = statements.subList(copies, statements.size());
        Set<String> later = new HashSet<>();
        rest.forEach(statement -> later.addAll(Statements.written(statement)));
        if (copies == 0
                || buffers.isEmpty()
                || later.stream().anyMatch(own::contains)
                || !DistinctWrites.isOnce(statements.subList(0, copies), buffers)) {
            return Optional.empty();
        }
        return Optional.of(new PipelinedLoop(loop, buffers, statements.subList(0, copies), rest));
    }

    /** Allocations of shared memory are the iteration's wherever in its sequence they begin. */
    private static void flatten(Stmt statement, List<Buffer> buffers, List<Stmt> statements) {
        switch (statement) {
            case Stmt.Allocate(Buffer buffer, Stmt body)
            when buffer.space() == MemorySpace.SHARED -> {
                buffers.add(buffer);
                flatten(body, buffers, statements);
            }
            case Stmt.Block(List<Stmt> parts) -> parts.forEach(part -> flatten(part, buffers, statements));
            case Stmt other -> statements.add(other);
        }
    }

    private static boolean isCopy(Stmt statement, Set<String> own, Set<String> written) {
        boolean[] copy = {!Statements.isNothing(statement)};
        statement.walk(part -> {
            copy[0] &= !(part instanceof Stmt.ReduceInto) && !(part instanceof Stmt.Allocate);
            part.written().forEach(element -> copy[0] &= own.contains(element.buffer()));
            part.values()
                    .forEach(value -> Expressions.loads(value, load -> copy[0] &= !written.contains(load.buffer())));
        });
        return copy[0];
    }
}
