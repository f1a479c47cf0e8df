package dev.quern.ir.kernel;

import dev.quern.ir.Dim;
import java.util.List;

/** Sees every loop, access and index of a statement. */
public abstract class KernelVisitor {
    /** For subclasses. */
    protected KernelVisitor() {}

    /** Any index expression: of an access, an extent, a condition, an index used as a number, a size or stride of a buffer. */
    protected void dim(Dim dim) {}

    /** A load, store or reduction. */
    protected void access(String buffer, List<Dim> indices) {}

    /** A loop, before its body. */
    protected void loop(Stmt.For loop) {}

    /** A binding, before its body. */
    protected void let(Stmt.Let let) {}

    /** A buffer that is allocated, before what it is allocated for. */
    protected void buffer(Buffer buffer) {
        buffer.withDims(dim -> {
            dim(dim);
            return dim;
        });
    }

    /** Visits {@code stmt}: what is inside it after its own. */
    public void stmt(Stmt stmt) {
        switch (stmt) {
            case Stmt.For loop -> {
                dim(loop.extent());
                loop(loop);
            }
            case Stmt.ReduceInto reduce -> reduce.along().forEach(along -> dim(along.extent()));
            case Stmt.Allocate allocate -> buffer(allocate.buffer());
            case Stmt.Guard guard -> guard.nonNegative().forEach(this::dim);
            case Stmt.Block _, Stmt.Store _, Stmt.Let _, Stmt.Section _ -> {}
        }
        stmt.written().forEach(element -> place(element.buffer(), element.indices()));
        stmt.values().forEach(this::expr);
        if (stmt instanceof Stmt.Let let) {
            let(let);
        }
        stmt.parts().forEach(this::stmt);
    }

    /** Visits {@code expr}. */
    public void expr(Expr expr) {
        expr.walk(part -> {
            if (part instanceof Expr.Load load) {
                place(load.buffer(), load.indices());
            } else if (part instanceof Expr.Index index) {
                dim(index.index());
            }
        });
    }

    private void place(String buffer, List<Dim> indices) {
        indices.forEach(this::dim);
        access(buffer, indices);
    }
}
