package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How the buffers of a launch are touched: by constants alone or not, in loops over threads or not. */
final class ElementNames {
    private final Set<String> indexed = new HashSet<>();
    private final Set<String> written = new HashSet<>();

    private ElementNames() {}

    static ElementNames of(Stmt launch) {
        ElementNames names = new ElementNames();
        names.visit(launch, false);
        return names;
    }

    /** Whether constants name all elements of the buffer that are touched. */
    boolean isNamed(String buffer) {
        return !indexed.contains(buffer);
    }

    /** Whether a loop over threads writes the buffer. */
    boolean isWrittenByThreads(String buffer) {
        return written.contains(buffer);
    }

    private void visit(Stmt statement, boolean inThread) {
        boolean threads =
                statement instanceof Stmt.For loop && (loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP);
        for (Stmt.Element element : statement.written()) {
            touch(element.buffer(), element.indices());
            write(element.buffer(), inThread);
        }
        statement.values().forEach(value -> Expressions.loads(value, load -> touch(load.buffer(), load.indices())));
        List<Stmt> parts = statement instanceof Stmt.For loop && loop.kind() == LoopKind.VECTOR
                ? Replicas.of(loop)
                : statement.parts();
        parts.forEach(part -> visit(part, inThread || threads));
    }

    private void write(String buffer, boolean inThread) {
        if (inThread) {
            written.add(buffer);
        }
    }

    private void touch(String buffer, List<Dim> indices) {
        if (!indices.stream().allMatch(Dim::isConstant)) {
            indexed.add(buffer);
        }
    }
}
