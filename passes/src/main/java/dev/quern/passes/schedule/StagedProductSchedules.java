package dev.quern.passes.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Schedules of kernels that make the operand of a product, multiply, and go on with the product, block by block: blocks in parallel, the
 * loops before and after in lanes, each iteration of the outermost of them a section, and the product in register tiles.
 */
final class StagedProductSchedules {
    private final LoopNest nest;
    private final Target.Processor target;
    private final int lanes;
    private final Optional<Buffer> packed;
    private final Stmt.For row;
    private final Stmt.For column;

    private StagedProductSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        this.nest = nest;
        this.target = target;
        this.lanes = (int) LaneCount.of(kernel, target);
        this.packed = kernel.roles().relaid().filter(constants::contains).map(kernel::parameter);
        this.row = nest.inner(AxisRole.ROW).getLast();
        this.column = nest.inner(AxisRole.COLUMN).getLast();
    }

    /** Whether products are made inside {@code nest}, not by it. */
    static boolean fits(LoopNest nest) {
        return nest.inner(AxisRole.ROW).size() == 1
                && nest.inner(AxisRole.COLUMN).size() == 1;
    }

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        StagedProductSchedules schedules = new StagedProductSchedules(kernel, nest, constants, target);
        return new ListedSchedules<>("staged product", schedules.knobs(), schedules::candidate);
    }

    /**
     * A choice.
     *
     * @param tile rows and vectors of columns whose sums are in registers; none if nothing is in lanes
     * @param panels whether the second operand is laid in panels as wide as a tile
     */
    private record StagedPoint(Optional<RegisterTile> tile, boolean panels) {
        String label() {
            return tile.map(each -> each.rows() + "x" + each.vectors() + (panels ? " on panels" : ""))
                    .orElse("without lanes");
        }
    }

    private KnobSpace<StagedPoint> knobs() {
        long depth = nest.inner(AxisRole.REDUCED).stream()
                .mapToLong(loop -> Math.max(1, LoopNest.likely(loop)))
                .reduce(1, (left, right) -> left * right);
        TileCost cost = new TileCost(
                Math.max(1, LoopNest.likely(row)),
                Math.max(1, LoopNest.likely(column)),
                depth,
                lanes,
                target.levelOneBytes());
        List<StagedPoint> points = new ArrayList<>();
        if (lanes > 1) {
            for (boolean panels : packed.isPresent() ? List.of(true, false) : List.of(false)) {
                cost.ranked(target.tiles()).forEach(tile -> points.add(new StagedPoint(Optional.of(tile), panels)));
            }
        }
        points.add(new StagedPoint(Optional.empty(), false));
        return new KnobSpace<>(
                List.of(
                        "rows and vectors of a tile: those that the back end states, or no lanes",
                        packed.isPresent() ? "second operand: in panels, in place" : "second operand: in place"),
                points,
                List.of(new PointRule<>(
                        "panels",
                        "columns of a constant that are read together lie together",
                        point -> point.panels()
                                || packed.isEmpty()
                                || point.tile().isEmpty())));
    }

    private Candidate candidate(StagedPoint point) {
        List<Step> steps = new ArrayList<>();
        point.tile().ifPresent(tile -> split(tile, point.panels(), steps));
        if (!nest.outer().isEmpty()) {
            steps.add(new Step.Bind(FusedLoops.of(LoopNest.names(nest.outer()), steps), LoopKind.PARALLEL));
        }
        for (Stmt.For stage : stages()) {
            steps.add(new Step.Outline(stage.variable()));
        }
        if (point.tile().isPresent()) {
            // What makes many statements of one comes last: each step looks at all of them.
            List<String> unrolled = new ArrayList<>();
            stages().forEach(stage -> vectors(stage, steps, unrolled));
            TileLoops.cut(
                    point.tile().get(), row.variable(), lanesOf(point.tile().get()), steps);
            unrolled.forEach(name -> steps.add(new Step.Unroll(name)));
        }
        return new Candidate(point.label(), new Schedule(steps));
    }

    private void split(RegisterTile tile, boolean panels, List<Step> steps) {
        String name = column.variable();
        long width = (long) tile.vectors() * lanes;
        if (panels) {
            Buffer operand = packed.orElseThrow();
            steps.add(new Step.Pack(operand.name(), Layout.panels(operand.shape(), width)));
        }
        steps.add(new Step.Split(name, width, panels ? Tail.PAD : Tail.MASK));
        if (tile.vectors() > 1) {
            steps.add(new Step.Split(name + ".i", lanes, Tail.EXACT));
        }
        List<String> order = new ArrayList<>(List.of(name + ".o", row.variable()));
        order.addAll(lanesOf(tile));
        steps.add(new Step.Reorder(order));
    }

    private List<String> lanesOf(RegisterTile tile) {
        String name = column.variable() + ".i";
        return tile.vectors() > 1 ? List.of(name + ".o", name + ".i") : List.of(name);
    }

    /** The outermost loops of what comes before and after the product. */
    private List<Stmt.For> stages() {
        List<Stmt.For> stages = new ArrayList<>();
        collect(nest.body(), stages);
        return stages;
    }

    private void collect(Stmt statement, List<Stmt.For> stages) {
        if (statement instanceof Stmt.For loop) {
            if (!Statements.any(loop, part -> part == row)) {
                stages.add(loop);
            }
        } else {
            statement.parts().forEach(part -> collect(part, stages));
        }
    }

    /** Channels in lanes; what is done for each of them in turn is unrolled, and a section for each vector. */
    private void vectors(Stmt.For stage, List<Step> steps, List<String> unrolled) {
        stage.walk(statement -> {
            if (statement instanceof Stmt.For loop && nest.roles().is(loop, AxisRole.CHANNEL)) {
                List<String> inside = new ArrayList<>();
                List<Buffer> registers = new ArrayList<>();
                loop.body().walk(part -> {
                    if (part instanceof Stmt.For inner) {
                        inside.add(inner.variable());
                    } else if (part instanceof Stmt.Allocate(Buffer buffer, Stmt _)
                            && buffer.shape().rank() > 0) {
                        registers.add(buffer);
                    }
                });
                String name = loop.variable();
                steps.add(new Step.Split(name, lanes, Tail.MASK));
                if (!inside.isEmpty()) {
                    steps.add(new Step.Outline(name + ".o"));
                }
                steps.add(new Step.Sink(name + ".i"));
                registers.forEach(buffer -> steps.add(new Step.Pack(buffer.name(), inLanes(buffer))));
                steps.add(new Step.Vectorise(name + ".i"));
                unrolled.addAll(inside);
            }
        });
    }

    /** A vector of lanes, the first axis, for each element. */
    private Layout inLanes(Buffer buffer) {
        List<Dim> dims = new ArrayList<>(List.of(Dim.of(lanes)));
        List<Dim> strides = new ArrayList<>(List.of(Dim.ONE));
        dims.addAll(buffer.shape().dims());
        buffer.layout().strides().forEach(stride -> strides.add(stride.times(lanes)));
        return Layout.strided(new Shape(dims), strides);
    }
}
