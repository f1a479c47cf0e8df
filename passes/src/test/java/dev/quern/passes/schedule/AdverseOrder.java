package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.math.BigInteger;
import java.util.List;

/** Kernels for a grid whose iterations run in another order than that of the loops. */
final class AdverseOrder {
    private AdverseOrder() {}

    private static boolean isSpread(LoopKind kind) {
        return switch (kind) {
            case BLOCK, THREAD, WARP, LANE -> true;
            case SERIAL, PARALLEL, VECTOR, UNROLL -> false;
        };
    }

    /** The statement with blocks and threads in another order: backwards, or in steps of {@code factor} where that reaches all of them. */
    static Stmt of(Stmt statement, long factor) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) ->
                new Stmt.Block(statements.stream().map(each -> of(each, factor)).toList());
            case Stmt.For loop -> {
                Stmt body = of(loop.body(), factor);
                if (!isSpread(loop.kind())) {
                    yield new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
                }
                Dim turn = Dim.symbol(loop.variable() + " turn");
                boolean steps = loop.extent().isConstant()
                        && factor > 0
                        && isPrimeTo(loop.extent().constant(), factor);
                Dim order = steps
                        ? turn.times(factor).mod(loop.extent())
                        : loop.extent().minus(1).minus(turn);
                Stmt named = new Stmt.Let(loop.variable(), new Expr.Index(order, DType.I64), body);
                yield new Stmt.For(loop.variable() + " turn", loop.extent(), LoopKind.SERIAL, named);
            }
            case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, of(body, factor));
            case Stmt.Guard(var conditions, Stmt then, Stmt otherwise) ->
                new Stmt.Guard(conditions, of(then, factor), of(otherwise, factor));
            case Stmt.Let(String name, var value, Stmt body) -> new Stmt.Let(name, value, of(body, factor));
            case Stmt.Section(String name, var by, Stmt body) -> new Stmt.Section(name, by, of(body, factor));
            case Stmt.Store store -> store;
            case Stmt.ReduceInto reduce -> reduce;
        };
    }

    private static boolean isPrimeTo(long extent, long factor) {
        return BigInteger.valueOf(extent).gcd(BigInteger.valueOf(factor)).intValue() == 1;
    }
}
