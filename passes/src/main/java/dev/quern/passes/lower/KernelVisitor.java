package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/** Sees every loop, access and index of a statement. */
abstract class KernelVisitor {
    /** Any index expression: of an access, a loop's extent, a guard or an index used as a number. */
    void dim(Dim dim) {}

    /** A load, store or reduction. */
    void access(String buffer, List<Dim> indices) {}

    /** A loop, before its body. */
    void loop(Stmt.For loop) {}

    /** A binding, before its body. */
    void let(Stmt.Let let) {}

    void stmt(Stmt stmt) {
        switch (stmt) {
            case Stmt.Block block -> block.statements().forEach(this::stmt);
            case Stmt.For loop -> {
                dim(loop.extent());
                loop(loop);
                stmt(loop.body());
            }
            case Stmt.Store store -> {
                place(store.buffer(), store.indices());
                expr(store.value());
            }
            case Stmt.ReduceInto reduce -> {
                reduce.along().forEach(along -> dim(along.extent()));
                reduce.targets().forEach(target -> place(target.buffer(), target.indices()));
                reduce.inputs().forEach(this::expr);
            }
            case Stmt.Allocate allocate -> stmt(allocate.body());
            case Stmt.Guard guard -> {
                guard.nonNegative().forEach(this::dim);
                stmt(guard.then());
                stmt(guard.otherwise());
            }
            case Stmt.Let let -> {
                expr(let.value());
                let(let);
                stmt(let.body());
            }
            case Stmt.Section section -> stmt(section.body());
        }
    }

    void expr(Expr expr) {
        switch (expr) {
            case Expr.Immediate constant -> {}
            case Expr.Load load -> place(load.buffer(), load.indices());
            case Expr.Index index -> dim(index.index());
            case Expr.UnaryOperation unary -> expr(unary.operand());
            case Expr.BinaryOperation binary -> {
                expr(binary.left());
                expr(binary.right());
            }
            case Expr.Comparison compare -> {
                expr(compare.left());
                expr(compare.right());
            }
            case Expr.Conditional select -> {
                expr(select.condition());
                expr(select.then());
                expr(select.otherwise());
            }
            case Expr.Fma fma -> {
                expr(fma.a());
                expr(fma.b());
                expr(fma.c());
            }
            case Expr.Conversion cast -> expr(cast.operand());
            case Expr.Reinterpretation bitcast -> expr(bitcast.operand());
        }
    }

    private void place(String buffer, List<Dim> indices) {
        indices.forEach(this::dim);
        access(buffer, indices);
    }
}
