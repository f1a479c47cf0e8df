package dev.quern.ir.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.Locale;
import java.util.Optional;

/**
 * Checks, from the elements that statements touch, that a kernel may run as a grid:
 *
 * <ol>
 *   <li>No two iterations of a loop over blocks, threads, warps or lanes touch the same element with a write among them: that is a race, and
 *       where one reads what another writes, a barrier is missing between them, which ending the loop in between would make.
 *   <li>What blocks share fits their shared memory.
 * </ol>
 *
 * <p>What cannot be proved counts as a fault.
 */
public final class GridVerifier {
    private final Target.Grid target;
    private Optional<String> fault = Optional.empty();

    private GridVerifier(Target.Grid target) {
        this.target = target;
    }

    /** What is wrong with {@code kernel} on {@code target}, and where; empty if nothing is. */
    public static Optional<String> fault(Kernel kernel, Target.Grid target) {
        GridVerifier verifier = new GridVerifier(target);
        verifier.visit(IndexNames.inline(kernel.body()), ScheduleScope.of(kernel), 0, 1);
        return verifier.fault;
    }

    private void visit(Stmt statement, ScheduleScope scope, long sharedBytes, int stages) {
        long bytes = sharedBytes;
        int copies = stages;
        if (statement instanceof Stmt.For loop && loop.kind().isOfGrid()) {
            check(loop, scope);
        } else if (statement instanceof Stmt.Allocate(Buffer buffer, var _)) {
            bytes += bytes(buffer) * stages;
            if (bytes > target.mostSharedBytes()) {
                report("shared memory: " + buffer.name() + " makes it " + bytes + " bytes, a block has "
                        + target.mostSharedBytes());
            }
        } else if (statement instanceof Stmt.Section(var _, Realisation.CopyPipeline(int depth), var _)) {
            copies = depth;
        }
        long inside = bytes;
        int times = copies;
        scope.parts(statement, (part, at) -> visit(part, at, inside, times));
    }

    private static long bytes(Buffer buffer) {
        long most = Integer.MAX_VALUE;
        return buffer.space() == MemorySpace.SHARED
                ? buffer.dtype()
                        .byteSize(Math.min(
                                most, buffer.layout().span().asConstant().orElse(most)))
                : 0;
    }

    private void check(Stmt.For loop, ScheduleScope scope) {
        Dependence.LoopVerdict verdict = Dependence.of(loop, scope);
        switch (verdict.kind()) {
            case PARALLEL -> {}
            case REDUCTION, SEQUENTIAL ->
                report(loop.kind().name().toLowerCase(Locale.ROOT) + " loop " + loop.variable()
                        + ": a race, or a barrier that is missing: " + verdict.reason());
        }
    }

    private void report(String found) {
        if (fault.isEmpty()) {
            fault = Optional.of(found);
        }
    }
}
