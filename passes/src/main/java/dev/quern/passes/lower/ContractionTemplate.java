package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * General batched contraction. Loops {@code o} run over batch axes, {@code m} over the free axes of one operand, {@code n} over those
 * of the other, the one that has the result's last axis, and {@code k} over the contracted axes.
 */
final class ContractionTemplate {
    private ContractionTemplate() {}

    static Lowered lower(Drawing drawing, Op.Contract contract) {
        Node node = drawing.anchor();
        boolean swapped = swapped(contract);
        List<String> rows = swapped ? contract.right() : contract.left();
        List<String> columns = swapped ? contract.left() : contract.right();
        Map<String, Sketch.SketchLoop> loops = new HashMap<>();
        Map<String, Dim> extents = new HashMap<>();
        name(extents, contract.right(), node.input(1).type().shape());
        name(extents, contract.left(), node.input(0).type().shape());
        List<Sketch.SketchLoop> batch = new ArrayList<>();
        List<Sketch.SketchLoop> m = new ArrayList<>();
        List<Sketch.SketchLoop> n = new ArrayList<>();
        List<Sketch.SketchLoop> k = new ArrayList<>();
        for (String name : contract.result()) {
            boolean inRows = rows.contains(name);
            boolean inColumns = columns.contains(name);
            List<Sketch.SketchLoop> group = inRows && inColumns ? batch : inRows ? m : n;
            add(
                    drawing,
                    group,
                    loops,
                    name,
                    inRows && inColumns ? AxisRole.BATCH : inRows ? AxisRole.ROW : AxisRole.COLUMN,
                    extents);
        }
        for (String name : rows) {
            if (!loops.containsKey(name)) {
                add(drawing, k, loops, name, AxisRole.REDUCED, extents);
            }
        }
        DType type = accumulator(node, contract);
        Buffer sum = drawing.sketch().scalar("acc", type);
        Stmt product = drawing.elements().site(() -> {
            drawing.sketch().operandsAre(Sketch.Side.ROWS);
            Expr a = ScalarTerms.cast(drawing.operand(swapped ? 1 : 0, indices(loops, rows)), type);
            drawing.sketch().operandsAre(Sketch.Side.COLUMNS);
            Expr b = ScalarTerms.cast(drawing.operand(swapped ? 0 : 1, indices(loops, columns)), type);
            drawing.sketch().operandsAre(Sketch.Side.OTHER);
            return Stmt.ReduceInto.product(sum.name(), List.of(), a, b);
        });
        Expr total = ScalarTerms.cast(
                Sketch.read(sum.name(), sum.dtype()),
                ScalarTerms.arithmetic(node.output().type().dtype()));
        Stmt body = Sketch.block(
                Sketch.write(sum.name(), ScalarTerms.number(0, sum.dtype())),
                Sketch.nest(k, product),
                drawing.store(indices(loops, contract.result()), total));
        List<Sketch.SketchLoop> outer = new ArrayList<>(batch);
        outer.addAll(m);
        outer.addAll(n);
        return drawing.finish("contraction", Sketch.nest(outer, new Stmt.Allocate(sum, body)));
    }

    /** Whether the left operand is the one that has the result's last axis to itself. */
    static boolean swapped(Op.Contract contract) {
        if (contract.result().isEmpty()) {
            return false;
        }
        String last = contract.result().getLast();
        return contract.left().contains(last) && !contract.right().contains(last);
    }

    private static DType accumulator(Node node, Op.Contract contract) {
        DType result = node.output().type().dtype();
        return result.isFloat() ? ScalarTerms.arithmetic(result) : contract.accumulate();
    }

    /** A constant extent stands for one that a guard equates with it. */
    private static void name(Map<String, Dim> extents, List<String> names, Shape shape) {
        for (int axis = 0; axis < names.size(); axis++) {
            extents.merge(names.get(axis), shape.dim(axis), (before, later) -> before.isConstant() ? before : later);
        }
    }

    private static void add(
            Drawing drawing,
            List<Sketch.SketchLoop> group,
            Map<String, Sketch.SketchLoop> loops,
            String name,
            AxisRole role,
            Map<String, Dim> extents) {
        Sketch.SketchLoop loop = drawing.sketch().loop(role, extents.get(name));
        group.add(loop);
        loops.put(name, loop);
    }

    private static List<Dim> indices(Map<String, Sketch.SketchLoop> loops, List<String> names) {
        return names.stream().map(name -> loops.get(name).index()).toList();
    }
}
