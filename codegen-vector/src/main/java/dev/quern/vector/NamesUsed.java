package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names that a statement uses: what a method made of it is given. */
final class NamesUsed extends KernelVisitor {
    /** Buffers read or written. */
    final Set<String> buffers = new LinkedHashSet<>();

    /** Buffers written. */
    final Set<String> written = new LinkedHashSet<>();

    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> boundNames = new LinkedHashSet<>();
    private final Set<String> boundBuffers = new LinkedHashSet<>();
    private final List<Expr.Load> loads = new ArrayList<>();

    private NamesUsed() {}

    static NamesUsed of(Stmt statement) {
        NamesUsed uses = new NamesUsed();
        uses.stmt(statement);
        return uses;
    }

    /** Buffers that are not allocated inside. */
    Set<String> buffersFromOutside() {
        Set<String> outside = new LinkedHashSet<>(buffers);
        outside.removeAll(boundBuffers);
        return outside;
    }

    /** All {@code symbols}, and the loop variables and let names in indices that are not bound inside. */
    Set<String> namesFromOutside(List<String> symbols) {
        Set<String> outside = new LinkedHashSet<>(symbols);
        outside.addAll(names);
        outside.removeAll(boundNames);
        return outside;
    }

    /** What the indices of loads that are the same in all lanes depend on. */
    Set<String> uniformNames(LaneCheck check, Addresses addresses) {
        Set<String> uniform = new LinkedHashSet<>();
        for (Expr.Load load : loads) {
            if (!check.varies(load)) {
                load.indices()
                        .forEach(index -> uniform.addAll(addresses.expand(index).symbols()));
            }
        }
        return uniform;
    }

    @Override
    public void stmt(Stmt statement) {
        (statement instanceof Stmt.Allocate ? boundBuffers : boundNames).addAll(statement.defined());
        statement.written().forEach(element -> written.add(element.buffer()));
        statement.values().forEach(value -> Expressions.loads(value, loads::add));
        super.stmt(statement);
    }

    @Override
    protected void buffer(Buffer buffer) {
        dim(buffer.layout().span());
    }

    @Override
    protected void dim(Dim dim) {
        names.addAll(dim.symbols());
    }

    @Override
    protected void access(String buffer, List<Dim> indices) {
        buffers.add(buffer);
    }
}
