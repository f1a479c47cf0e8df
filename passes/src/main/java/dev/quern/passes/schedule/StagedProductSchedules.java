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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Schedules of kernels that make the operand of a product, multiply, and go on with the product, perhaps to others, block by block: blocks in
 * parallel, the loops between products in lanes, each iteration of the outermost of them a section, and products in register tiles.
 */
final class StagedProductSchedules {
    private final LoopNest nest;
    private final Target.Processor target;
    private final int lanes;
    private final Optional<Buffer> packed;
    private final List<StagedProduct> products;

    /** The loops of a product, the second directly in the first. */
    private record StagedProduct(Stmt.For row, Stmt.For column) {}

    private StagedProductSchedules(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        this.nest = nest;
        this.target = target;
        this.lanes = (int) LaneCount.of(kernel, target);
        this.packed = kernel.roles().relaid().filter(constants::contains).map(kernel::parameter);
        this.products = products(nest);
    }

    /** Whether products are made inside {@code nest}, not by it. */
    static boolean fits(LoopNest nest) {
        return !products(nest).isEmpty()
                && products(nest).size() == nest.inner(AxisRole.ROW).size()
                && products(nest).size() == nest.inner(AxisRole.COLUMN).size();
    }

    private static List<StagedProduct> products(LoopNest nest) {
        return nest.inner(AxisRole.ROW).stream()
                .filter(row ->
                        row.body() instanceof Stmt.For column && nest.roles().is(column, AxisRole.COLUMN))
                .map(row -> new StagedProduct(row, (Stmt.For) row.body()))
                .toList();
    }

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Set<String> constants, Target.Processor target) {
        StagedProductSchedules schedules = new StagedProductSchedules(kernel, nest, constants, target);
        return new ListedSchedules<>("staged product", schedules.knobs(), schedules::candidate);
    }

    /**
     * A choice.
     *
     * @param tiles for each product, rows and vectors of columns whose sums are in registers; none if nothing is in lanes
     * @param panels whether the second operand is laid in panels as wide as a tile
     */
    private record StagedPoint(List<RegisterTile> tiles, boolean panels) {
        StagedPoint {
            tiles = List.copyOf(tiles);
        }

        String label() {
            String each = tiles.stream()
                    .map(tile -> tile.rows() + "x" + tile.vectors())
                    .collect(Collectors.joining(" then "));
            return tiles.isEmpty() ? "without lanes" : each + (panels ? " on panels" : "");
        }
    }

    private KnobSpace<StagedPoint> knobs() {
        List<StagedPoint> points = new ArrayList<>();
        if (lanes > 1) {
            for (boolean panels : packed.isPresent() ? List.of(true, false) : List.of(false)) {
                ranked().forEach(tiles -> points.add(new StagedPoint(tiles, panels)));
            }
        }
        points.add(new StagedPoint(List.of(), false));
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
                                || point.tiles().isEmpty())));
    }

    /** The tiles of the products, the cheapest of each first; several products take the next cheapest together. */
    private List<List<RegisterTile>> ranked() {
        List<List<RegisterTile>> each = products.stream()
                .map(product -> cost(product).ranked(target.tiles()))
                .toList();
        return IntStream.range(0, target.tiles().size())
                .mapToObj(rank -> each.stream().map(tiles -> tiles.get(rank)).toList())
                .toList();
    }

    private TileCost cost(StagedProduct product) {
        List<Stmt.For> terms = new ArrayList<>();
        product.column().walk(part -> {
            if (part instanceof Stmt.For loop && nest.roles().is(loop, AxisRole.REDUCED)) {
                terms.add(loop);
            }
        });
        long depth = terms.stream()
                .mapToLong(loop -> Math.max(1, LoopNest.likely(loop)))
                .reduce(1, (left, right) -> left * right);
        return new TileCost(
                Math.max(1, LoopNest.likely(product.row())),
                Math.max(1, LoopNest.likely(product.column())),
                depth,
                lanes,
                target.levelOneBytes());
    }

    private Candidate candidate(StagedPoint point) {
        List<Step> steps = new ArrayList<>();
        boolean inLanes = !point.tiles().isEmpty();
        for (int i = 0; inLanes && i < products.size(); i++) {
            split(products.get(i), point.tiles().get(i), point.panels(), steps);
        }
        if (!nest.outer().isEmpty()) {
            steps.add(new Step.Bind(FusedLoops.of(LoopNest.names(nest.outer()), steps), LoopKind.PARALLEL));
        }
        for (Stmt.For stage : stages()) {
            if (!inLanes || !nest.roles().is(stage, AxisRole.CHANNEL)) {
                steps.add(new Step.Outline(stage.variable()));
            }
        }
        if (inLanes) {
            // What makes many statements of one comes last: each step looks at all of them.
            List<String> unrolled = new ArrayList<>();
            stages().forEach(stage -> vectors(stage, steps, unrolled));
            for (int i = 0; i < products.size(); i++) {
                RegisterTile tile = point.tiles().get(i);
                TileLoops.cut(
                        tile,
                        products.get(i).row().variable(),
                        lanesOf(products.get(i), tile),
                        Integer.MAX_VALUE,
                        steps);
            }
            unrolled.forEach(name -> steps.add(new Step.Unroll(name)));
        }
        return new Candidate(point.label(), new Schedule(steps));
    }

    private void split(StagedProduct product, RegisterTile tile, boolean panels, List<Step> steps) {
        String name = product.column().variable();
        long width = (long) tile.vectors() * lanes;
        if (panels) {
            Buffer operand = packed.orElseThrow();
            steps.add(new Step.Pack(operand.name(), Layout.panels(operand.shape(), width)));
        }
        steps.add(new Step.Split(name, width, panels ? Tail.PAD : Tail.MASK));
        if (tile.vectors() > 1) {
            steps.add(new Step.Split(name + ".i", lanes, Tail.EXACT));
        }
        List<String> order = new ArrayList<>(List.of(name + ".o", product.row().variable()));
        order.addAll(lanesOf(product, tile));
        steps.add(new Step.Reorder(order));
    }

    private static List<String> lanesOf(StagedProduct product, RegisterTile tile) {
        String name = product.column().variable() + ".i";
        return tile.vectors() > 1 ? List.of(name + ".o", name + ".i") : List.of(name);
    }

    /** The outermost loops of what comes before, between and after the products. */
    private List<Stmt.For> stages() {
        List<Stmt.For> stages = new ArrayList<>();
        collect(nest.body(), stages);
        return stages;
    }

    private void collect(Stmt statement, List<Stmt.For> stages) {
        if (products.stream().anyMatch(product -> product.row() == statement)) {
            return;
        }
        boolean isAround =
                Statements.any(statement, part -> products.stream().anyMatch(product -> product.row() == part));
        if (statement instanceof Stmt.For loop && !isAround) {
            stages.add(loop);
        } else {
            statement.parts().forEach(part -> collect(part, stages));
        }
    }

    /** Channels in lanes; what is done for each of them in turn is unrolled unless it is a reduction, and a section for each vector. */
    private void vectors(Stmt.For stage, List<Step> steps, List<String> unrolled) {
        stage.walk(statement -> {
            if (statement instanceof Stmt.For loop && nest.roles().is(loop, AxisRole.CHANNEL)) {
                List<String> inside = new ArrayList<>();
                List<Buffer> registers = new ArrayList<>();
                loop.body().walk(part -> {
                    if (part instanceof Stmt.For inner && !nest.roles().is(inner, AxisRole.REDUCED)) {
                        inside.add(inner.variable());
                    } else if (part instanceof Stmt.Allocate(Buffer buffer, Stmt _)
                            && buffer.shape().rank() > 0) {
                        registers.add(buffer);
                    }
                });
                String name = loop.variable();
                steps.add(new Step.Split(name, lanes, Tail.MASK));
                if (!inside.isEmpty() || loop == stage) {
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
