package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
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
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(each -> visit(each, inThread));
            case Stmt.For loop -> {
                boolean threads = loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP;
                visit(loop.body(), inThread || threads);
            }
            case Stmt.Store store -> {
                touch(store.buffer(), store.indices());
                write(store.buffer(), inThread);
                loads(store.value());
            }
            case Stmt.ReduceInto reduce -> {
                for (Stmt.Element target : reduce.targets()) {
                    touch(target.buffer(), target.indices());
                    write(target.buffer(), inThread);
                }
                reduce.inputs().forEach(this::loads);
            }
            case Stmt.Allocate allocate -> visit(allocate.body(), inThread);
            case Stmt.Guard guard -> {
                visit(guard.then(), inThread);
                visit(guard.otherwise(), inThread);
            }
            case Stmt.Let let -> {
                loads(let.value());
                visit(let.body(), inThread);
            }
            case Stmt.Section section -> visit(section.body(), inThread);
        }
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

    private void loads(Expr value) {
        switch (value) {
            case Expr.Load load -> touch(load.buffer(), load.indices());
            case Expr.Immediate constant -> {}
            case Expr.Index index -> {}
            case Expr.UnaryOperation unary -> loads(unary.operand());
            case Expr.BinaryOperation binary -> {
                loads(binary.left());
                loads(binary.right());
            }
            case Expr.Comparison compare -> {
                loads(compare.left());
                loads(compare.right());
            }
            case Expr.Conditional select -> {
                loads(select.condition());
                loads(select.then());
                loads(select.otherwise());
            }
            case Expr.Fma fma -> {
                loads(fma.a());
                loads(fma.b());
                loads(fma.c());
            }
            case Expr.Conversion cast -> loads(cast.operand());
            case Expr.Reinterpretation bitcast -> loads(bitcast.operand());
        }
    }
}
