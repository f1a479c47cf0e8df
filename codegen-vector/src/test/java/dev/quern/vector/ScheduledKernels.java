package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.List;

/** Scheduled kernels as the scheduler leaves them, written by hand. */
final class ScheduledKernels {
    private ScheduledKernels() {}

    static Dim dim(String name) {
        return Dim.symbol(name);
    }

    static Dim dim(long value) {
        return Dim.of(value);
    }

    static Stmt block(Stmt... statements) {
        return new Stmt.Block(List.of(statements));
    }

    static Stmt.For loop(String variable, Dim extent, LoopKind kind, Stmt... body) {
        return new Stmt.For(variable, extent, kind, body.length == 1 ? body[0] : block(body));
    }

    static Expr load(String buffer, Dim... at) {
        return new Expr.Load(buffer, List.of(at), DType.F32);
    }

    static Expr load(DType dtype, String buffer, Dim... at) {
        return new Expr.Load(buffer, List.of(at), dtype);
    }

    static Stmt store(String buffer, Expr value, Dim... at) {
        return new Stmt.Store(buffer, List.of(at), value);
    }

    /** A fused sum of {@code product}, of which the factors enter. */
    static Stmt fma(String buffer, Expr product, Dim... at) {
        Expr.BinaryOperation factors = (Expr.BinaryOperation) product;
        return Stmt.ReduceInto.fma(buffer, List.of(at), factors.left(), factors.right());
    }

    static Stmt reduce(String buffer, Combiner combiner, Expr value, Dim... at) {
        return new Stmt.ReduceInto(buffer, List.of(at), combiner, value);
    }

    static Stmt guard(Dim nonNegative, Stmt then) {
        return new Stmt.Guard(List.of(nonNegative), then, Stmt.NOTHING);
    }

    static Expr add(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.ADD, left, right);
    }

    static Expr mul(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }

    static Expr constant(double value) {
        return Expr.Immediate.of((float) value);
    }

    static Buffer global(String name, DType dtype, Dim... shape) {
        return Buffer.global(name, dtype, Shape.of(shape));
    }

    static Buffer register(String name, DType dtype, long... shape) {
        return Buffer.register(name, dtype, Shape.of(shape));
    }

    static Kernel kernel(String name, List<String> symbols, List<Buffer> parameters, Stmt body) {
        return new Kernel(name, "test", symbols, parameters, 1, body);
    }

    /** {@code out = a*b + a} over N elements, in masked vectors of 32. */
    static Kernel elementwise() {
        Dim at = dim("o").times(32).plus(dim("v"));
        Dim n = dim("N");
        Expr value = new Expr.Fma(load("a", at), load("b", at), load("a", at));
        return kernel(
                "elementwise",
                List.of("N"),
                List.of(global("a", DType.F32, n), global("b", DType.F32, n), global("out", DType.F32, n)),
                loop(
                        "o",
                        n.ceilDiv(dim(32)),
                        LoopKind.PARALLEL,
                        loop("v", dim(32), LoopKind.VECTOR, guard(n.minus(1).minus(at), store("out", value, at)))));
    }

    /** Rows of a softmax without the exponential: maximum, difference, sum, quotient; masked vectors of 16. */
    static Kernel softmaxLike() {
        Dim row = dim("r");
        Dim n = dim("N");
        Stmt.For[] passes = new Stmt.For[3];
        for (int pass = 0; pass < 3; pass++) {
            Dim at = dim("o" + pass).times(16).plus(dim("v" + pass));
            Dim lane = dim("v" + pass);
            Expr x = load("x", row, at);
            Expr shifted = new Expr.UnaryOperation(
                    UnaryOp.ABS, new Expr.BinaryOperation(BinaryOp.SUB, x, load("most", new Dim[0])));
            Stmt inner = switch (pass) {
                case 0 -> reduce("m", Combiner.MAX, x, lane);
                case 1 -> block(store("out", shifted, row, at), reduce("s", Combiner.SUM, shifted, lane));
                default ->
                    store(
                            "out",
                            new Expr.BinaryOperation(BinaryOp.DIV, load("out", row, at), load("sum", new Dim[0])),
                            row,
                            at);
            };
            passes[pass] = loop(
                    "o" + pass,
                    n.ceilDiv(dim(16)),
                    LoopKind.SERIAL,
                    loop("v" + pass, dim(16), LoopKind.VECTOR, guard(n.minus(1).minus(at), inner)));
        }
        Stmt body = block(
                loop("i0", dim(16), LoopKind.VECTOR, store("m", constant(Float.NEGATIVE_INFINITY), dim("i0"))),
                passes[0],
                store("most", constant(Float.NEGATIVE_INFINITY)),
                loop("i1", dim(16), LoopKind.VECTOR, reduce("most", Combiner.MAX, load("m", dim("i1")))),
                loop("i2", dim(16), LoopKind.VECTOR, store("s", constant(0), dim("i2"))),
                passes[1],
                store("sum", constant(0)),
                loop("i3", dim(16), LoopKind.VECTOR, reduce("sum", Combiner.SUM, load("s", dim("i3")))),
                passes[2]);
        for (String name : List.of("most", "sum")) {
            body = new Stmt.Allocate(register(name, DType.F32), body);
        }
        for (String name : List.of("m", "s")) {
            body = new Stmt.Allocate(register(name, DType.F32, 16), body);
        }
        Dim rows = dim("R");
        return kernel(
                "softmax_like",
                List.of("R", "N"),
                List.of(global("x", DType.F32, rows, n), global("out", DType.F32, rows, n)),
                loop("r", rows, LoopKind.PARALLEL, body));
    }

    /** A tile of C = relu(A·B + bias): {@code rows} by {@code columns}, B in panels, K a symbol, M and N multiples of the tile. */
    static Kernel gemm(int rows, int columns, Dim m, Dim k, Dim n, boolean section) {
        Dim i = dim("mo").times(rows);
        Dim j = dim("no").times(columns);
        Stmt clear = loop(
                "i0",
                dim(rows),
                LoopKind.UNROLL,
                loop("j0", dim(columns), LoopKind.VECTOR, store("acc", constant(0), dim("i0"), dim("j0"))));
        Stmt product = loop(
                "k",
                k,
                LoopKind.SERIAL,
                loop(
                        "i1",
                        dim(rows),
                        LoopKind.UNROLL,
                        loop(
                                "j1",
                                dim(columns),
                                LoopKind.VECTOR,
                                fma(
                                        "acc",
                                        mul(
                                                load("A", i.plus(dim("i1")), dim("k")),
                                                load("B", dim("k"), j.plus(dim("j1")))),
                                        dim("i1"),
                                        dim("j1")))));
        Expr sum = add(load("acc", dim("i2"), dim("j2")), load("bias", j.plus(dim("j2"))));
        Stmt finish = loop(
                "i2",
                dim(rows),
                LoopKind.UNROLL,
                loop(
                        "j2",
                        dim(columns),
                        LoopKind.VECTOR,
                        store(
                                "C",
                                new Expr.BinaryOperation(BinaryOp.MAX, sum, constant(0)),
                                i.plus(dim("i2")),
                                j.plus(dim("j2")))));
        Stmt tile = new Stmt.Allocate(register("acc", DType.F32, rows, columns), block(clear, product, finish));
        Buffer b = new Buffer(
                "B",
                DType.F32,
                new Shape(List.of(k, n)),
                Layout.panels(k, n, columns),
                MemorySpace.GLOBAL,
                Buffer.Storage.ARRAY);
        List<String> symbols = java.util.stream.Stream.of(m, k, n)
                .flatMap(dim -> dim.symbols().stream())
                .toList();
        return kernel(
                "gemm_" + rows + "x" + columns,
                symbols,
                List.of(global("A", DType.F32, m, k), b, global("bias", DType.F32, n), global("C", DType.F32, m, n)),
                loop(
                        "no",
                        n.floorDiv(dim(columns)),
                        LoopKind.PARALLEL,
                        loop(
                                "mo",
                                m.floorDiv(dim(rows)),
                                LoopKind.SERIAL,
                                section ? new Stmt.Section("tile", tile) : tile)));
    }

    /** Depthwise 3x3, channels last, zero padding by guards, stride 1; vectors over channels, masked. */
    static Kernel depthwise() {
        Dim h = dim("H");
        Dim w = dim("W");
        Dim c = dim("C");
        Dim channel = dim("co").times(16).plus(dim("v1"));
        Dim y = dim("y").plus(dim("dy")).minus(1);
        Dim x = dim("x").plus(dim("dx")).minus(1);
        Stmt tap = new Stmt.Guard(
                List.of(y, h.minus(1).minus(y), x, w.minus(1).minus(x)),
                loop(
                        "v1",
                        dim(16),
                        LoopKind.VECTOR,
                        guard(
                                c.minus(1).minus(channel),
                                fma(
                                        "acc",
                                        mul(load("in", y, x, channel), load("k", dim("dy"), dim("dx"), channel)),
                                        dim("v1")))),
                Stmt.NOTHING);
        Dim out = dim("co").times(16).plus(dim("v2"));
        Stmt body = new Stmt.Allocate(
                register("acc", DType.F32, 16),
                block(
                        loop("v0", dim(16), LoopKind.VECTOR, store("acc", constant(0), dim("v0"))),
                        loop("dy", dim(3), LoopKind.UNROLL, loop("dx", dim(3), LoopKind.UNROLL, tap)),
                        loop(
                                "v2",
                                dim(16),
                                LoopKind.VECTOR,
                                guard(
                                        c.minus(1).minus(out),
                                        store("out", load("acc", dim("v2")), dim("y"), dim("x"), out)))));
        return kernel(
                "depthwise",
                List.of("H", "W", "C"),
                List.of(
                        global("in", DType.F32, h, w, c),
                        global("k", DType.F32, dim(3), dim(3), c),
                        global("out", DType.F32, h, w, c)),
                loop(
                        "y",
                        h,
                        LoopKind.PARALLEL,
                        loop("x", w, LoopKind.SERIAL, loop("co", c.ceilDiv(dim(16)), LoopKind.SERIAL, body))));
    }
}
