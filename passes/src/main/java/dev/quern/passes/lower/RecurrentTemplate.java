package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Op.RecurrentSteps}: the loop over time of a recurrent layer.
 * Loops run over the batch ({@code o}), serially over time ({@code s}), over hidden units ({@code n}), and over the hidden
 * units before ({@code k}). The state is held in the results that give the last one.
 */
final class RecurrentTemplate {
    private final Drawing drawing;
    private final Op.Recurrent recurrent;
    private final DType storage;
    private final DType type;
    private final Dim hidden;
    private final Sketch.SketchLoop batch;
    private final Sketch.SketchLoop step;
    private final Dim time;
    private final String all;
    private final List<String> state = new ArrayList<>();

    private RecurrentTemplate(Drawing drawing, Op.Recurrent recurrent) {
        this.drawing = drawing;
        this.recurrent = recurrent;
        Node node = drawing.anchor();
        Shape result = node.outputs().getFirst().type().shape();
        this.storage = node.outputs().getFirst().type().dtype();
        this.type = ScalarTerms.arithmetic(storage);
        this.hidden = result.dim(2);
        this.batch = drawing.sketch().loop(AxisRole.BATCH, result.dim(1));
        this.step = drawing.sketch().loop(AxisRole.STEP, result.dim(0));
        this.time = recurrent.reverse() ? result.dim(0).minus(1).minus(step.index()) : step.index();
        this.all = drawing.sketch().result(node.outputs().getFirst()).name();
        node.outputs()
                .subList(1, node.outputs().size())
                .forEach(value -> state.add(drawing.sketch().result(value).name()));
    }

    static Lowered lower(Drawing drawing, Op.Recurrent recurrent) {
        return new RecurrentTemplate(drawing, recurrent).lower();
    }

    private Lowered lower() {
        List<Stmt> body = new ArrayList<>();
        for (int i = 0; i < state.size(); i++) {
            Sketch.SketchLoop unit = drawing.sketch().loop(AxisRole.UNIT, hidden);
            Expr initial = drawing.operand(3 + i, List.of(batch.index(), unit.index()));
            body.add(Sketch.nest(
                    List.of(unit), new Stmt.Store(state.get(i), List.of(batch.index(), unit.index()), initial)));
        }
        Stmt cell = switch (recurrent.kind()) {
            case RNN -> overUnits(this::plain);
            case LSTM -> overUnits(this::lstm);
            case GRU -> gru();
        };
        Sketch.SketchLoop unit = drawing.sketch().loop(AxisRole.UNIT, hidden);
        List<Dim> now = List.of(time, batch.index(), unit.index());
        Stmt keep = Sketch.nest(
                List.of(unit),
                new Stmt.Store(
                        state.getFirst(), List.of(batch.index(), unit.index()), new Expr.Load(all, now, storage)));
        body.add(Sketch.nest(List.of(step), Sketch.block(cell, keep)));
        return drawing.finish("recurrent", Sketch.nest(List.of(batch), Sketch.block(body)));
    }

    private interface Unit {
        Stmt draw(Dim unit);
    }

    private Stmt overUnits(Unit body) {
        Sketch.SketchLoop unit = drawing.sketch().loop(AxisRole.UNIT, hidden);
        return Sketch.nest(List.of(unit), body.draw(unit.index()));
    }

    /** {@code h = f(gate)}. */
    private Stmt plain(Dim unit) {
        return gates(List.of(0), unit, state.getFirst(), sums -> output(unit, activate(0, sums.getFirst())));
    }

    /** Gates in ONNX's order i, o, f, c. */
    private Stmt lstm(Dim unit) {
        List<Dim> at = List.of(batch.index(), unit);
        Expr before = load(state.get(1), at);
        return gates(List.of(0, 1, 2, 3), unit, state.getFirst(), sums -> {
            Expr in = activate(0, peeped(sums.get(0), 0, unit, before));
            Expr forget = activate(0, peeped(sums.get(2), 2, unit, before));
            Expr candidate = activate(1, sums.get(3));
            Expr next = add(multiply(forget, before), multiply(in, candidate));
            Stmt cell = new Stmt.Store(state.get(1), at, ScalarTerms.narrow(next, storage));
            Expr after = load(state.get(1), at);
            Expr out = activate(0, peeped(sums.get(1), 1, unit, after));
            return Sketch.block(cell, output(unit, multiply(out, activate(2, after))));
        });
    }

    private Expr peeped(Expr sum, int gate, Dim unit, Expr cell) {
        if (drawing.anchor().inputs().size() < 6) {
            return sum;
        }
        Expr weight =
                ScalarTerms.wide(drawing.operand(5, List.of(hidden.times(gate).plus(unit))));
        return add(sum, multiply(weight, cell));
    }

    /** Gates in ONNX's order z, r, h. */
    private Stmt gru() {
        if (recurrent.linearBeforeReset()) {
            return overUnits(unit -> gates(List.of(0, 1), unit, state.getFirst(), sums -> linear(unit, sums)));
        }
        Buffer reset = new Buffer(
                drawing.sketch().scalar("reset", type).name(),
                type,
                new Shape(List.of(hidden)),
                Layout.rowMajor(new Shape(List.of(hidden))),
                MemorySpace.SHARED,
                Buffer.Storage.ARRAY);
        Stmt resets = overUnits(unit -> gates(
                List.of(1),
                unit,
                state.getFirst(),
                sums -> new Stmt.Store(
                        reset.name(), List.of(unit), multiply(activate(0, sums.getFirst()), previous(unit)))));
        Stmt updates = overUnits(
                unit -> gates(List.of(0), unit, state.getFirst(), update -> candidate(reset, unit, update.getFirst())));
        return new Stmt.Allocate(reset, Sketch.block(resets, updates));
    }

    private Stmt candidate(Buffer reset, Dim unit, Expr update) {
        Buffer sum = drawing.sketch().scalar("acc", type);
        Sketch.SketchLoop other = drawing.sketch().loop(AxisRole.REDUCED, hidden);
        Expr operand = new Expr.Load(reset.name(), List.of(other.index()), type);
        Stmt join = product(sum, operand, other, 2, unit);
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), start(2, unit)),
                Sketch.nest(List.of(other), join),
                blended(unit, update, activate(1, Sketch.read(sum.name(), type))));
        return new Stmt.Allocate(sum, body);
    }

    /** The reset gate acts on the product of h and r, its bias included. */
    private Stmt linear(Dim unit, List<Expr> sums) {
        Buffer sum = drawing.sketch().scalar("acc", type);
        Sketch.SketchLoop other = drawing.sketch().loop(AxisRole.REDUCED, hidden);
        Expr operand = previous(other.index());
        Expr inner = multiply(activate(0, sums.get(1)), Sketch.read(sum.name(), type));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), bias(2, unit)),
                Sketch.nest(List.of(other), product(sum, operand, other, 2, unit)),
                blended(unit, sums.getFirst(), activate(1, add(input(2, unit), inner))));
        return new Stmt.Allocate(sum, body);
    }

    /** {@code h = (1 - z)*candidate + z*h}. */
    private Stmt blended(Dim unit, Expr update, Expr candidate) {
        return drawing.elements().site(() -> {
            Expr z = drawing.elements().keep(activate(0, update));
            Expr rest = new Expr.BinaryOperation(BinaryOp.SUB, ScalarTerms.number(1, type), z);
            return output(unit, add(multiply(rest, candidate), multiply(z, previous(unit))));
        });
    }

    private interface CellStep {
        Stmt draw(List<Expr> sums);
    }

    /** {@code sum_g = input_g + bias_g + Σ_k h[k]*r[k, g]} for each gate, then {@code cell}. */
    private Stmt gates(List<Integer> gates, Dim unit, String source, CellStep cell) {
        List<Buffer> sums =
                gates.stream().map(gate -> drawing.sketch().scalar("acc", type)).toList();
        List<Stmt> statements = new ArrayList<>();
        List<Stmt> products = new ArrayList<>();
        Sketch.SketchLoop other = drawing.sketch().loop(AxisRole.REDUCED, hidden);
        Expr before = load(source, List.of(batch.index(), other.index()));
        for (int i = 0; i < sums.size(); i++) {
            statements.add(Sketch.write(sums.get(i).name(), start(gates.get(i), unit)));
            products.add(product(sums.get(i), before, other, gates.get(i), unit));
        }
        statements.add(Sketch.nest(List.of(other), Sketch.block(products)));
        statements.add(cell.draw(
                sums.stream().map(sum -> Sketch.read(sum.name(), type)).toList()));
        Stmt body = Sketch.block(statements);
        for (Buffer sum : sums.reversed()) {
            body = new Stmt.Allocate(sum, body);
        }
        return body;
    }

    private Stmt product(Buffer sum, Expr operand, Sketch.SketchLoop other, int gate, Dim unit) {
        drawing.sketch().operandsAre(Sketch.Side.COLUMNS);
        Expr weight = ScalarTerms.wide(drawing.operand(1, List.of(other.index(), gate(gate, unit))));
        drawing.sketch().operandsAre(Sketch.Side.OTHER);
        return Stmt.ReduceInto.fma(sum.name(), List.of(), operand, weight);
    }

    private Expr start(int gate, Dim unit) {
        return add(input(gate, unit), bias(gate, unit));
    }

    private Expr input(int gate, Dim unit) {
        return ScalarTerms.wide(drawing.operand(0, List.of(time, batch.index(), gate(gate, unit))));
    }

    private Expr bias(int gate, Dim unit) {
        return ScalarTerms.wide(drawing.operand(2, List.of(gate(gate, unit))));
    }

    private Dim gate(int gate, Dim unit) {
        return hidden.times(gate).plus(unit);
    }

    private Expr previous(Dim unit) {
        return load(state.getFirst(), List.of(batch.index(), unit));
    }

    private Stmt output(Dim unit, Expr value) {
        return new Stmt.Store(all, List.of(time, batch.index(), unit), ScalarTerms.narrow(value, storage));
    }

    private Expr load(String buffer, List<Dim> at) {
        return ScalarTerms.wide(new Expr.Load(buffer, at, storage));
    }

    private Expr activate(int function, Expr x) {
        return Activations.apply(
                recurrent.activations().get(function), x, drawing.anchor().origin());
    }

    private static Expr add(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.ADD, left, right);
    }

    private static Expr multiply(Expr left, Expr right) {
        return new Expr.BinaryOperation(BinaryOp.MUL, left, right);
    }
}
