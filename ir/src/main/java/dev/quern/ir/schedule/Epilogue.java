package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a body does with what it reduced.
 *
 * @param allocated what the body allocates around all of it, outermost first
 * @param before what ends with the last statement that writes any of {@code allocated}
 * @param rest what follows
 */
public record Epilogue(List<Buffer> allocated, Stmt before, Stmt rest) {
    public Epilogue {
        allocated = List.copyOf(allocated);
    }

    /** That of {@code body}; empty if it reduces into nothing that it allocates, or nothing follows that. */
    public static Optional<Epilogue> of(Stmt body) {
        List<Buffer> allocated = new ArrayList<>();
        Stmt inside = body;
        while (inside instanceof Stmt.Allocate(Buffer buffer, Stmt within)) {
            allocated.add(buffer);
            inside = within;
        }
        if (!(inside instanceof Stmt.Block(List<Stmt> parts))
                || !Statements.any(inside, Stmt.ReduceInto.class::isInstance)) {
            return Optional.empty();
        }
        int end = 0;
        for (int i = 0; i < parts.size(); i++) {
            end = writes(parts.get(i), allocated) ? i + 1 : end;
        }
        Stmt before = Statements.block(parts.subList(0, end));
        return end == 0 || end == parts.size() || !Statements.any(before, Stmt.ReduceInto.class::isInstance)
                ? Optional.empty()
                : Optional.of(new Epilogue(allocated, before, Statements.block(parts.subList(end, parts.size()))));
    }

    private static boolean writes(Stmt statement, List<Buffer> buffers) {
        return buffers.stream().anyMatch(buffer -> Statements.written(statement).contains(buffer.name()));
    }
}
