package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A kernel while a template draws it: its names, its loops' ranges and its parameters so far. */
final class Sketch {
    /** A loop. */
    record SketchLoop(String name, Dim extent) {
        /** The loop's variable. */
        Dim index() {
            return Dim.symbol(name);
        }
    }

    /** A parameter and the value that it is. */
    record SketchParameter(Value value, Buffer buffer) {}

    private final NameSupply names;
    private final Function<Value, Layout> layouts;
    private final Map<String, SketchParameter> operands = new LinkedHashMap<>();
    private final Map<String, SketchParameter> results = new LinkedHashMap<>();
    private final Map<String, AxisRole> axes = new LinkedHashMap<>();
    private DimRanges ranges = DimRanges.NONE;
    private Side side = Side.OTHER;
    private String relaid;

    /** What an operand is to a product. */
    enum Side {
        /** Read along rows. */
        ROWS("a"),
        /** Read along columns: the first of these may be laid anew. */
        COLUMNS("b"),
        /** Anything else. */
        OTHER("x");

        private final String prefix;

        Side(String prefix) {
            this.prefix = prefix;
        }
    }

    /** A kernel whose parameters are row-major. */
    Sketch(Set<String> symbols) {
        this(symbols, value -> Layout.rowMajor(value.type().shape()));
    }

    /**
     * A kernel.
     *
     * @param symbols names that no loop may have
     * @param layouts where the elements of a value lie
     */
    Sketch(Set<String> symbols, Function<Value, Layout> layouts) {
        this.names = new NameSupply(symbols);
        this.layouts = layouts;
    }

    /** What is known of loops and bindings. */
    DimRanges ranges() {
        return ranges;
    }

    /** A new loop. */
    SketchLoop loop(AxisRole role, Dim extent) {
        SketchLoop loop = new SketchLoop(names.next(letter(role)), extent);
        axes.put(loop.name(), role);
        ranges = ranges.with(loop.name(), extent);
        return loop;
    }

    private static String letter(AxisRole role) {
        return switch (role) {
            case ELEMENT -> "i";
            case UPDATE -> "u";
            case BATCH -> "o";
            case ROW -> "m";
            case COLUMN, CHANNEL, UNIT -> "n";
            case REDUCED -> "k";
            case STEP -> "s";
        };
    }

    /** One loop per axis of {@code shape}. */
    List<SketchLoop> loops(AxisRole role, Shape shape) {
        return shape.dims().stream().map(extent -> loop(role, extent)).toList();
    }

    /** The roles of the loops and operands so far. */
    Roles roles() {
        return new Roles(axes, Optional.ofNullable(relaid));
    }

    /** The variables of {@code loops}. */
    static List<Dim> indices(List<SketchLoop> loops) {
        return loops.stream().map(SketchLoop::index).toList();
    }

    /** {@code body} inside {@code loops}, the first outermost. */
    static Stmt nest(List<SketchLoop> loops, Stmt body) {
        Stmt nested = body;
        for (SketchLoop loop : loops.reversed()) {
            nested = new Stmt.For(loop.name(), loop.extent(), LoopKind.SERIAL, nested);
        }
        return nested;
    }

    /** A name for an integer in {@code [0, extent)} bound by a statement. */
    String binding(Dim extent) {
        String name = names.next("g");
        ranges = ranges.with(name, extent);
        return name;
    }

    /** A scalar register of its own name. */
    Buffer scalar(String prefix, DType type) {
        return Buffer.register(names.next(prefix), type, Shape.SCALAR);
    }

    /** From now on new operands are that part of a product. */
    void operandsAre(Side other) {
        side = other;
    }

    /** The parameter that is {@code value}, read. */
    Buffer operand(Value value) {
        SketchParameter known = operands.get(value.name());
        if (known == null) {
            known = parameter(value, side.prefix);
            operands.put(value.name(), known);
            if (side == Side.COLUMNS && relaid == null) {
                relaid = known.buffer().name();
            }
        }
        return known.buffer();
    }

    /** A load of an element of the operand {@code value}. */
    Expr load(Value value, List<Dim> indices) {
        return new Expr.Load(operand(value).name(), indices, value.type().dtype());
    }

    /** The parameter that is {@code value}, written. */
    Buffer result(Value value) {
        return results.computeIfAbsent(value.name(), key -> parameter(value, "y"))
                .buffer();
    }

    private SketchParameter parameter(Value value, String name) {
        Buffer buffer = Buffer.global(
                names.next(name), value.type().dtype(), value.type().shape(), layouts.apply(value));
        return new SketchParameter(value, buffer);
    }

    /** Parameters in the order of the kernel's: operands, then results. */
    List<SketchParameter> parameters() {
        List<SketchParameter> all = new ArrayList<>(operands.values());
        all.addAll(results.values());
        return all;
    }

    /** How many parameters are written. */
    int results() {
        return results.size();
    }

    /** The value of scalar register {@code name}. */
    static Expr read(String name, DType type) {
        return new Expr.Load(name, List.of(), type);
    }

    /** Sets scalar register {@code name}. */
    static Stmt write(String name, Expr value) {
        return new Stmt.Store(name, List.of(), value);
    }

    /** Statements in order, nested blocks flattened. */
    static Stmt block(Stmt... statements) {
        return block(List.of(statements));
    }

    /** Statements in order, nested blocks flattened. */
    static Stmt block(List<Stmt> statements) {
        List<Stmt> flat = new ArrayList<>();
        for (Stmt statement : statements) {
            if (statement instanceof Stmt.Block(List<Stmt> inner)) {
                flat.addAll(inner);
            } else {
                flat.add(statement);
            }
        }
        return flat.size() == 1 ? flat.getFirst() : new Stmt.Block(flat);
    }
}
