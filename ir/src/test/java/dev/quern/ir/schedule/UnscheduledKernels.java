package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Unscheduled kernels of every shape that lowering makes. */
final class UnscheduledKernels {
    private UnscheduledKernels() {}

    static Dim d(String symbol) {
        return Dim.symbol(symbol);
    }

    static Stmt loop(String variable, Dim extent, Stmt... body) {
        return new Stmt.For(variable, extent, LoopKind.SERIAL, new Stmt.Block(List.of(body)));
    }

    static Expr at(String buffer, Dim... indices) {
        return new Expr.Load(buffer, List.of(indices), DType.F32);
    }

    static Stmt store(String buffer, Expr value, Dim... indices) {
        return new Stmt.Store(buffer, List.of(indices), value);
    }

    /** A fused sum of {@code product}, of which the factors enter. */
    static Stmt fma(String buffer, Expr product, Dim... indices) {
        Expr.BinaryOperation factors = (Expr.BinaryOperation) product;
        return Stmt.ReduceInto.fma(buffer, List.of(indices), factors.left(), factors.right());
    }

    static Stmt reduce(String buffer, Combiner combiner, Expr value, Dim... indices) {
        return new Stmt.ReduceInto(buffer, List.of(indices), combiner, value);
    }

    static Stmt register(String name, Shape shape, Stmt... body) {
        return new Stmt.Allocate(Buffer.register(name, DType.F32, shape), new Stmt.Block(List.of(body)));
    }

    static Expr f(double value) {
        return Expr.Immediate.of((float) value);
    }

    static Expr add(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.ADD, left, right);
    }

    static Expr sub(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.SUB, left, right);
    }

    static Expr mul(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }

    static Expr max(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MAX, left, right);
    }

    static Buffer f32(String name, Dim... extents) {
        return Buffer.global(name, DType.F32, Shape.of(extents));
    }

    static Kernel kernel(String template, int results, List<Buffer> parameters, Stmt body) {
        Set<String> symbols = new LinkedHashSet<>();
        parameters.forEach(parameter -> parameter.shape().dims().forEach(dim -> symbols.addAll(dim.symbols())));
        return new Kernel(template, template, List.copyOf(symbols), parameters, results, body);
    }

    static Kernel contraction(Dim m, Dim n, Dim k) {
        Stmt body = loop(
                "m",
                m,
                loop(
                        "n",
                        n,
                        register(
                                "acc",
                                Shape.SCALAR,
                                store("acc", f(0)),
                                loop("k", k, fma("acc", mul(at("a", d("m"), d("k")), at("b", d("k"), d("n"))))),
                                store("c", max(add(at("acc"), at("bias", d("n"))), f(0)), d("m"), d("n")))));
        return kernel("contraction", 1, List.of(f32("a", m, k), f32("b", k, n), f32("bias", n), f32("c", m, n)), body);
    }

    static Kernel batched(Dim batch, Dim heads, Dim m, Dim n, Dim k) {
        Stmt body = loop(
                "b",
                batch,
                loop(
                        "h",
                        heads,
                        loop(
                                "m",
                                m,
                                loop(
                                        "n",
                                        n,
                                        register(
                                                "acc",
                                                Shape.SCALAR,
                                                store("acc", f(0)),
                                                loop(
                                                        "k",
                                                        k,
                                                        fma(
                                                                "acc",
                                                                mul(
                                                                        at(
                                                                                "q",
                                                                                d("b"),
                                                                                d("m"),
                                                                                d("h").times(k)
                                                                                        .plus(d("k"))),
                                                                        at(
                                                                                "t",
                                                                                d("b"),
                                                                                d("n"),
                                                                                d("h").times(k)
                                                                                        .plus(d("k")))))),
                                                store(
                                                        "s",
                                                        mul(at("acc"), f(0.125)),
                                                        d("b"),
                                                        d("h"),
                                                        d("m"),
                                                        d("n")))))));
        return kernel(
                "contraction",
                1,
                List.of(
                        f32("q", batch, m, heads.times(k)),
                        f32("t", batch, n, heads.times(k)),
                        f32("s", batch, heads, m, n)),
                body);
    }

    static Kernel traversal(Dim a, Dim b, Dim c) {
        Stmt body = loop(
                "i",
                a,
                loop(
                        "j",
                        b,
                        loop(
                                "k",
                                c,
                                store(
                                        "y",
                                        add(
                                                mul(at("x", d("i"), d("j"), d("k")), at("scale", d("k"))),
                                                at("z", d("k"), d("i"))),
                                        d("i"),
                                        d("j"),
                                        d("k")))));
        return kernel(
                "traversal", 1, List.of(f32("x", a, b, c), f32("scale", c), f32("z", c, a), f32("y", a, b, c)), body);
    }

    /** A transpose between two reshapes: the loop is flat, the result is not. */
    static Kernel reshaped(Dim rows, long inner) {
        Dim v = d("v");
        Dim i = v.floorDiv(Dim.of(inner));
        Dim j = v.mod(Dim.of(inner));
        Stmt body = loop("v", rows.times(inner), store("y", add(at("x", v), at("w", j, i)), i, j));
        return kernel(
                "traversal",
                1,
                List.of(f32("x", rows.times(inner)), f32("w", Dim.of(inner), rows), f32("y", rows, Dim.of(inner))),
                body);
    }

    static Kernel gather(Dim rows, Dim columns, Dim table) {
        Expr index = new Expr.Load("ids", List.of(d("i")), DType.I64);
        Stmt body = loop(
                "i",
                rows,
                new Stmt.Let(
                        "row",
                        index,
                        loop("j", columns, store("y", mul(at("x", d("row"), d("j")), f(2)), d("i"), d("j")))));
        return kernel(
                "traversal",
                1,
                List.of(
                        Buffer.global("ids", DType.I64, Shape.of(rows)),
                        f32("x", table, columns),
                        f32("y", rows, columns)),
                body);
    }

    static Kernel softmax(Dim rows, Dim columns) {
        Dim r = d("r");
        Stmt body = loop(
                "r",
                rows,
                register(
                        "top",
                        Shape.SCALAR,
                        store("top", f(Float.NEGATIVE_INFINITY)),
                        loop("c", columns, reduce("top", Combiner.MAX, at("x", r, d("c")))),
                        register(
                                "sum",
                                Shape.SCALAR,
                                store("sum", f(0)),
                                loop(
                                        "e",
                                        columns,
                                        store(
                                                "y",
                                                new Expr.UnaryOperation(
                                                        UnaryOp.EXP, sub(at("x", r, d("e")), at("top"))),
                                                r,
                                                d("e")),
                                        reduce("sum", Combiner.SUM, at("y", r, d("e")))),
                                loop(
                                        "d",
                                        columns,
                                        store(
                                                "y",
                                                new Expr.BinaryOperation(BinaryOp.DIV, at("y", r, d("d")), at("sum")),
                                                r,
                                                d("d"))))));
        return kernel("softmax", 1, List.of(f32("x", rows, columns), f32("y", rows, columns)), body);
    }

    static Kernel layerNorm(Dim rows, Dim columns) {
        Dim r = d("r");
        Expr mean = new Expr.BinaryOperation(BinaryOp.DIV, at("sum"), new Expr.Index(columns, DType.F32));
        Expr variance = new Expr.BinaryOperation(BinaryOp.DIV, at("squares"), new Expr.Index(columns, DType.F32));
        Expr centred = sub(at("x", r, d("e")), at("mean"));
        Stmt body = loop(
                "r",
                rows,
                register(
                        "sum",
                        Shape.SCALAR,
                        register(
                                "mean",
                                Shape.SCALAR,
                                register(
                                        "squares",
                                        Shape.SCALAR,
                                        store("sum", f(0)),
                                        loop("c", columns, reduce("sum", Combiner.SUM, at("x", r, d("c")))),
                                        store("mean", mean),
                                        store("squares", f(0)),
                                        loop("e", columns, fma("squares", mul(centred, centred))),
                                        loop(
                                                "d",
                                                columns,
                                                store(
                                                        "y",
                                                        add(
                                                                mul(
                                                                        new Expr.BinaryOperation(
                                                                                BinaryOp.DIV,
                                                                                sub(at("x", r, d("d")), at("mean")),
                                                                                new Expr.UnaryOperation(
                                                                                        UnaryOp.SQRT,
                                                                                        add(variance, f(1e-5)))),
                                                                        at("g", d("d"))),
                                                                at("b", d("d"))),
                                                        r,
                                                        d("d")))))));
        return kernel(
                "normalise",
                1,
                List.of(f32("x", rows, columns), f32("g", columns), f32("b", columns), f32("y", rows, columns)),
                body);
    }

    static Kernel rowMax(Dim rows, Dim columns) {
        Stmt body = loop(
                "r",
                rows,
                store("y", f(Float.NEGATIVE_INFINITY), d("r")),
                loop("c", columns, reduce("y", Combiner.MAX, at("x", d("r"), d("c")), d("r"))));
        return kernel("reduction", 1, List.of(f32("x", rows, columns), f32("y", rows)), body);
    }

    static Kernel columnSum(Dim rows, Dim columns) {
        Stmt body = new Stmt.Block(List.of(
                loop("z", columns, store("y", f(0), d("z"))),
                loop("r", rows, loop("c", columns, reduce("y", Combiner.SUM, at("x", d("r"), d("c")), d("c"))))));
        return kernel("reduction", 1, List.of(f32("x", rows, columns), f32("y", columns)), body);
    }

    /** 3x3 window, stride 2, padding 1, channels last. */
    static Kernel convolution(Dim n, long height, long width, long channels, Dim outputs) {
        Dim out = Dim.of((height + 1) / 2);
        Dim across = Dim.of((width + 1) / 2);
        Dim ih = d("oh").times(2).plus(d("kh")).minus(1);
        Dim iw = d("ow").times(2).plus(d("kw")).minus(1);
        List<Dim> inside =
                List.of(ih, Dim.of(height - 1).minus(ih), iw, Dim.of(width - 1).minus(iw));
        Stmt body = loop(
                "n",
                n,
                loop(
                        "oh",
                        out,
                        loop(
                                "ow",
                                across,
                                loop(
                                        "m",
                                        outputs,
                                        register(
                                                "acc",
                                                Shape.SCALAR,
                                                store("acc", at("bias", d("m"))),
                                                loop(
                                                        "kh",
                                                        Dim.of(3),
                                                        loop(
                                                                "kw",
                                                                Dim.of(3),
                                                                loop(
                                                                        "c",
                                                                        Dim.of(channels),
                                                                        new Stmt.Guard(
                                                                                inside,
                                                                                fma(
                                                                                        "acc",
                                                                                        mul(
                                                                                                at(
                                                                                                        "x", d("n"), ih,
                                                                                                        iw, d("c")),
                                                                                                at(
                                                                                                        "w", d("kh"),
                                                                                                        d("kw"), d("c"),
                                                                                                        d("m")))),
                                                                                Stmt.NOTHING)))),
                                                store("y", at("acc"), d("n"), d("oh"), d("ow"), d("m")))))));
        return kernel(
                "convolution",
                1,
                List.of(
                        f32("x", n, Dim.of(height), Dim.of(width), Dim.of(channels)),
                        f32("w", Dim.of(3), Dim.of(3), Dim.of(channels), outputs),
                        f32("bias", outputs),
                        f32("y", n, out, across, outputs)),
                body);
    }

    static Kernel depthwise(Dim n, long height, Dim channels) {
        Dim out = Dim.of(height - 2);
        Stmt body = loop(
                "n",
                n,
                loop(
                        "oh",
                        out,
                        loop(
                                "ow",
                                out,
                                loop(
                                        "c",
                                        channels,
                                        register(
                                                "acc",
                                                Shape.SCALAR,
                                                store("acc", f(0)),
                                                loop(
                                                        "kh",
                                                        Dim.of(3),
                                                        loop(
                                                                "kw",
                                                                Dim.of(3),
                                                                fma(
                                                                        "acc",
                                                                        mul(
                                                                                at(
                                                                                        "x",
                                                                                        d("n"),
                                                                                        d("oh").plus(d("kh")),
                                                                                        d("ow").plus(d("kw")),
                                                                                        d("c")),
                                                                                at("w", d("kh"), d("kw"), d("c")))))),
                                                store("y", at("acc"), d("n"), d("oh"), d("ow"), d("c")))))));
        return kernel(
                "convolution",
                1,
                List.of(
                        f32("x", n, Dim.of(height), Dim.of(height), channels),
                        f32("w", Dim.of(3), Dim.of(3), channels),
                        f32("y", n, out, out, channels)),
                body);
    }

    static Kernel maxPool(Dim n, long height, Dim channels) {
        Dim out = Dim.of((height + 1) / 2);
        Dim ih = d("oh").times(2).plus(d("kh")).minus(1);
        List<Dim> inside = List.of(ih, Dim.of(height - 1).minus(ih));
        Stmt body = loop(
                "n",
                n,
                loop(
                        "oh",
                        out,
                        loop(
                                "c",
                                channels,
                                store("y", f(Float.NEGATIVE_INFINITY), d("n"), d("oh"), d("c")),
                                loop(
                                        "kh",
                                        Dim.of(3),
                                        new Stmt.Guard(
                                                inside,
                                                reduce(
                                                        "y",
                                                        Combiner.MAX,
                                                        at("x", d("n"), ih, d("c")),
                                                        d("n"),
                                                        d("oh"),
                                                        d("c")),
                                                Stmt.NOTHING)))));
        return kernel("pool", 1, List.of(f32("x", n, Dim.of(height), channels), f32("y", n, out, channels)), body);
    }

    /** h[t+1] = tanh(x[t] + r h[t]), the hidden states being rows of one buffer. */
    static Kernel recurrent(Dim steps, Dim batch, Dim hidden) {
        Stmt body = new Stmt.Block(List.of(
                loop(
                        "zb",
                        batch,
                        loop("zj", hidden, store("h", at("start", d("zb"), d("zj")), Dim.ZERO, d("zb"), d("zj")))),
                loop(
                        "t",
                        steps,
                        loop(
                                "b",
                                batch,
                                loop(
                                        "j",
                                        hidden,
                                        register(
                                                "acc",
                                                Shape.SCALAR,
                                                store("acc", at("x", d("t"), d("b"), d("j"))),
                                                loop(
                                                        "k",
                                                        hidden,
                                                        fma(
                                                                "acc",
                                                                mul(
                                                                        at("h", d("t"), d("b"), d("k")),
                                                                        at("r", d("k"), d("j"))))),
                                                store(
                                                        "h",
                                                        new Expr.UnaryOperation(UnaryOp.TANH, at("acc")),
                                                        d("t").plus(1),
                                                        d("b"),
                                                        d("j"))))))));
        return kernel(
                "recurrent",
                1,
                List.of(
                        f32("x", steps, batch, hidden),
                        f32("r", hidden, hidden),
                        f32("start", batch, hidden),
                        f32("h", steps.plus(1), batch, hidden)),
                body);
    }
}
