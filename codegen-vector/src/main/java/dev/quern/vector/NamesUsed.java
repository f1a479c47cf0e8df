package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The names that a statement uses: what a method made of it is given. */
final class NamesUsed {
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
        uses.visit(statement);
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

    /** Calls {@code action} on each load in {@code expression}. */
    static void loads(Expr expression, Consumer<Expr.Load> action) {
        switch (expression) {
            case Expr.Load load -> action.accept(load);
            case Expr.Immediate constant -> {}
            case Expr.Index index -> {}
            case Expr.UnaryOperation(UnaryOp function, Expr operand) -> loads(operand, action);
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> {
                loads(left, action);
                loads(right, action);
            }
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) -> {
                loads(left, action);
                loads(right, action);
            }
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) -> {
                loads(condition, action);
                loads(then, action);
                loads(otherwise, action);
            }
            case Expr.Fma(Expr a, Expr b, Expr c) -> {
                loads(a, action);
                loads(b, action);
                loads(c, action);
            }
            case Expr.Conversion(DType dtype, Expr operand) -> loads(operand, action);
            case Expr.Reinterpretation(DType dtype, Expr operand) -> loads(operand, action);
        }
    }

    private void visit(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::visit);
            case Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body) -> {
                boundNames.add(variable);
                names.addAll(extent.symbols());
                visit(body);
            }
            case Stmt.Store(String buffer, List<Dim> at, Expr value) -> {
                written.add(buffer);
                access(buffer, at);
                visit(value);
            }
            case Stmt.ReduceInto(List<Stmt.Element> targets, var reduction, List<Expr> inputs, var along) -> {
                for (Stmt.Element target : targets) {
                    written.add(target.buffer());
                    access(target.buffer(), target.indices());
                }
                inputs.forEach(this::visit);
            }
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                boundBuffers.add(buffer.name());
                names.addAll(buffer.layout().span().symbols());
                visit(body);
            }
            case Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise) -> {
                conditions.forEach(condition -> names.addAll(condition.symbols()));
                visit(then);
                visit(otherwise);
            }
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                boundNames.add(name);
                visit(value);
                visit(body);
            }
            case Stmt.Section(String name, Stmt body) -> visit(body);
        }
    }

    private void access(String buffer, List<Dim> at) {
        buffers.add(buffer);
        at.forEach(index -> names.addAll(index.symbols()));
    }

    private void visit(Expr expression) {
        switch (expression) {
            case Expr.Load load -> {
                loads.add(load);
                access(load.buffer(), load.indices());
            }
            case Expr.Index(Dim index, DType dtype) -> names.addAll(index.symbols());
            case Expr.Immediate constant -> {}
            case Expr.UnaryOperation(UnaryOp function, Expr operand) -> visit(operand);
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) -> {
                visit(left);
                visit(right);
            }
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) -> {
                visit(left);
                visit(right);
            }
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) -> {
                visit(condition);
                visit(then);
                visit(otherwise);
            }
            case Expr.Fma(Expr a, Expr b, Expr c) -> {
                visit(a);
                visit(b);
                visit(c);
            }
            case Expr.Conversion(DType dtype, Expr operand) -> visit(operand);
            case Expr.Reinterpretation(DType dtype, Expr operand) -> visit(operand);
        }
    }
}
