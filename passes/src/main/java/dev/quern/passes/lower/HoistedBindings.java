package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Stmt;

/** {@code for (i) let g = e in body  ->  let g = e in for (i) body} where {@code e} does not depend on {@code i}. */
final class HoistedBindings {
    private HoistedBindings() {}

    static KernelDraft apply(KernelDraft draft) {
        Stmt body = new KernelMapper() {
            @Override
            public Stmt stmt(Stmt stmt) {
                Stmt mapped = super.stmt(stmt);
                return mapped instanceof Stmt.For loop ? hoist(loop) : mapped;
            }
        }.stmt(draft.body());
        return new KernelDraft(draft.parameters(), body);
    }

    private static Stmt hoist(Stmt.For loop) {
        if (loop.body() instanceof Stmt.Let let && !dependsOn(let, loop.variable())) {
            Stmt inner = hoist(new Stmt.For(loop.variable(), loop.extent(), loop.kind(), let.body()));
            return new Stmt.Let(let.name(), let.value(), inner);
        }
        return loop;
    }

    private static boolean dependsOn(Stmt.Let let, String variable) {
        var found = new Object() {
            boolean value;
        };
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                found.value |= dim.dependsOn(variable);
            }
        }.expr(let.value());
        return found.value;
    }
}
