package dev.quern.passes.program;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.verify.InvalidIrException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/** Where each value of a program lies, by its memory plan. */
final class Areas {
    private final Program program;
    private final Map<String, Dim> elements = new HashMap<>();
    private final Map<String, DType> types = new HashMap<>();

    Areas(Program program) {
        this.program = program;
        program.inputs().forEach(this::typed);
        program.outputs().forEach(this::typed);
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel run -> {
                    for (int i = 0; i < run.arguments().size(); i++) {
                        String name = run.arguments().get(i);
                        elements.putIfAbsent(
                                name, run.kernel().parameters().get(i).shape().elements());
                        types.putIfAbsent(name, run.kernel().parameters().get(i).dtype());
                    }
                }
                case ProgramStep.RunHost host -> {
                    host.node().inputs().forEach(this::typed);
                    host.node().outputs().forEach(this::typed);
                }
                case ProgramStep.RunControl control -> {
                    control.node().inputs().forEach(this::typed);
                    control.node().outputs().forEach(this::typed);
                }
                case ProgramStep.CheckIndices check -> {}
            }
        }
        inherit();
    }

    private void typed(Value value) {
        elements.put(value.name(), value.type().shape().elements());
        types.put(value.name(), value.type().dtype());
    }

    /** A value that only holds others has their element type. */
    private void inherit() {
        for (String name : List.copyOf(types.keySet())) {
            types.putIfAbsent(root(name), types.get(name));
        }
    }

    /** The values whose size is known. */
    Set<String> names() {
        return elements.keySet();
    }

    /** How many elements {@code value} has; empty if nothing tells. */
    Optional<Dim> elements(String value) {
        return Optional.ofNullable(elements.get(value));
    }

    /** The type of the elements of {@code value}. */
    DType type(String value) {
        return types.get(value);
    }

    /** Every symbol that sizes and places, and {@code guards}, depend on. */
    List<String> symbols(List<ShapeGuard> guards) {
        TreeSet<String> names = new TreeSet<>();
        elements.values().forEach(dim -> names.addAll(dim.symbols()));
        program.memory().arenaElements().values().forEach(dim -> names.addAll(dim.symbols()));
        program.memory().places().values().forEach(place -> {
            names.addAll(offset(place).symbols());
            strides(place).forEach(stride -> names.addAll(stride.symbols()));
        });
        guards.forEach(guard -> {
            names.addAll(guard.left().symbols());
            names.addAll(guard.right().symbols());
        });
        for (ProgramStep step : program.steps()) {
            if (step instanceof ProgramStep.RunKernel run) {
                names.addAll(run.kernel().symbols());
            }
        }
        return List.copyOf(names);
    }

    /** Every symbol that the place of {@code value}, and the size of the memory it is in, depend on. */
    Set<String> placing(String value) {
        Set<String> names = new TreeSet<>();
        for (String at = value; at != null; at = outer(at)) {
            names.addAll(offset(place(at)).symbols());
            strides(place(at)).forEach(stride -> names.addAll(stride.symbols()));
            if (outer(at) == null && elements.containsKey(at)) {
                names.addAll(elements.get(at).symbols());
            }
        }
        return names;
    }

    /** Whether {@code value} is {@code whole} or, directly or not, a part of it. */
    boolean isIn(String value, String whole) {
        for (String at = value; at != null; at = outer(at)) {
            if (at.equals(whole)) {
                return true;
            }
        }
        return false;
    }

    /** What {@code value} is directly a part of; null if of nothing. */
    String outer(String value) {
        return place(value) instanceof MemoryPlan.Within within ? within.value() : null;
    }

    /** Elements of {@code value}. */
    long size(String value, ToLongFunction<String> symbols) {
        return elements.get(value).evaluate(symbols);
    }

    /** Where {@code value} lies. */
    Area of(String value, ToLongFunction<String> symbols) {
        long from = 0;
        String at = value;
        while (place(at) instanceof MemoryPlan.Within(String outer, Dim offset, Layout layout)) {
            from += offset.evaluate(symbols);
            at = outer;
        }
        from += offset(place(at)).evaluate(symbols);
        String memory = switch (place(at)) {
            case MemoryPlan.Slot slot -> "arena of " + types.get(at);
            case MemoryPlan.Inherits(String input) -> input;
            case MemoryPlan.InputPlace _, MemoryPlan.ConstantPlace _, MemoryPlan.ResultPlace _, MemoryPlan.Late _ -> at;
            case MemoryPlan.Within _ -> throw new IllegalStateException(at + " lies within another value");
        };
        if (place(value) instanceof MemoryPlan.Within within) {
            List<Area.AreaAxis> axes = within.layout().axes().stream()
                    .map(List::getFirst)
                    .map(mode -> axis(mode.extent(), mode.stride(), symbols))
                    .toList();
            return new Area(memory, from, axes);
        }
        return Area.range(memory, from, from + size(value, symbols));
    }

    /** The elements of a buffer that begins where {@code area} does. */
    Area box(Area area, Shape shape, Layout layout, ToLongFunction<String> symbols) {
        List<Area.AreaAxis> axes = new ArrayList<>();
        List<Dim> strides = layout.strides();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(axis(shape.dim(axis), strides.get(axis), symbols));
        }
        return new Area(area.memory(), area.from(), axes);
    }

    private static Area.AreaAxis axis(Dim extent, Dim stride, ToLongFunction<String> symbols) {
        return new Area.AreaAxis(extent.evaluate(symbols), stride.evaluate(symbols));
    }

    /** The elements of the memory in which {@code value} lies; of no limit if nothing tells. */
    long limit(String value, ToLongFunction<String> symbols) {
        String root = root(value);
        Dim size = place(root) instanceof MemoryPlan.Slot
                ? program.memory().arenaElements().get(types.get(root))
                : elements.get(root);
        return size == null ? Long.MAX_VALUE : size.evaluate(symbols);
    }

    private static Dim offset(MemoryPlan.Place place) {
        return switch (place) {
            case MemoryPlan.Slot(Dim offset) -> offset;
            case MemoryPlan.Within within -> within.offset();
            case MemoryPlan.InputPlace input -> Dim.ZERO;
            case MemoryPlan.ConstantPlace constant -> Dim.ZERO;
            case MemoryPlan.ResultPlace result -> Dim.ZERO;
            case MemoryPlan.Inherits inherits -> Dim.ZERO;
            case MemoryPlan.Late late -> Dim.ZERO;
        };
    }

    private static List<Dim> strides(MemoryPlan.Place place) {
        return place instanceof MemoryPlan.Within within ? within.layout().strides() : List.of();
    }

    /** The place of {@code value}. */
    MemoryPlan.Place place(String value) {
        MemoryPlan.Place place = program.memory().places().get(value);
        if (place == null) {
            throw new InvalidIrException("memory of " + program.name(), "place of " + value, "one", "none");
        }
        return place;
    }

    /** The value that {@code value} is, directly or not, a part of; itself if of none. */
    String root(String value) {
        String root = value;
        while (place(root) instanceof MemoryPlan.Within within) {
            root = within.value();
        }
        return root;
    }
}
