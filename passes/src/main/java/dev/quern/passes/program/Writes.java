package dev.quern.passes.program;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Which elements of its results a kernel may write, for sizes that are known. */
final class Writes {
    /** Elements of parameter {@code parameter}: a box, {@code axes} from {@code from} on. */
    record Box(int parameter, long from, List<Area.AreaAxis> axes) {}

    /** Values from {@code least} to {@code greatest}. */
    private record IndexInterval(long least, long greatest) {
        static IndexInterval of(long value) {
            return new IndexInterval(value, value);
        }

        IndexInterval plus(IndexInterval other) {
            return new IndexInterval(Math.addExact(least, other.least), Math.addExact(greatest, other.greatest));
        }

        IndexInterval times(IndexInterval other) {
            long[] corners = {
                Math.multiplyExact(least, other.least),
                Math.multiplyExact(least, other.greatest),
                Math.multiplyExact(greatest, other.least),
                Math.multiplyExact(greatest, other.greatest)
            };
            java.util.Arrays.sort(corners);
            return new IndexInterval(corners[0], corners[3]);
        }
    }

    private final Kernel kernel;
    private final ToLongFunction<String> symbols;
    private final Map<String, Optional<IndexInterval>> variables = new HashMap<>();
    private final List<Box> boxes = new ArrayList<>();

    private Writes(Kernel kernel, ToLongFunction<String> symbols) {
        this.kernel = kernel;
        this.symbols = symbols;
    }

    /** A box for each statement of {@code kernel} that writes a parameter, which holds all that it writes. */
    static List<Box> of(Kernel kernel, ToLongFunction<String> symbols) {
        Writes writes = new Writes(kernel, symbols);
        writes.collect(kernel.body());
        return writes.boxes;
    }

    private void collect(Stmt stmt) {
        switch (stmt) {
            case Stmt.For loop -> {
                Optional<IndexInterval> extent = interval(loop.extent());
                if (extent.isEmpty() || extent.get().greatest() > 0) {
                    variables.put(loop.variable(), extent.map(range -> new IndexInterval(0, range.greatest() - 1)));
                    collect(loop.body());
                }
            }
            case Stmt.Store store -> add(store.buffer(), store.indices());
            case Stmt.ReduceInto reduce -> {
                for (Stmt.TargetAxis along : reduce.along()) {
                    variables.put(
                            along.variable(),
                            interval(along.extent())
                                    .map(range -> new IndexInterval(0, Math.max(1, range.greatest()) - 1)));
                }
                reduce.targets().forEach(target -> add(target.buffer(), target.indices()));
            }
            case Stmt.Let let -> {
                variables.put(let.name(), Optional.empty());
                collect(let.body());
            }
            case Stmt.Block _, Stmt.Allocate _, Stmt.Guard _, Stmt.Section _ ->
                stmt.parts().forEach(this::collect);
        }
    }

    private void add(String buffer, List<Dim> indices) {
        for (int position = 0; position < kernel.parameters().size(); position++) {
            Buffer parameter = kernel.parameters().get(position);
            if (parameter.name().equals(buffer)) {
                boxes.add(box(position, parameter, indices));
            }
        }
    }

    private Box box(int position, Buffer parameter, List<Dim> indices) {
        List<Dim> strides = parameter.layout().strides();
        long from = 0;
        List<Area.AreaAxis> axes = new ArrayList<>();
        for (int axis = 0; axis < indices.size(); axis++) {
            long last = parameter.shape().dim(axis).evaluate(symbols) - 1;
            IndexInterval index = interval(indices.get(axis)).orElse(new IndexInterval(0, last));
            long least = Math.max(0, index.least());
            long stride = strides.get(axis).evaluate(symbols);
            from += least * stride;
            boolean inside = index.least() >= 0 && index.greatest() <= last;
            List<Area.AreaAxis> steps = inside ? steps(indices.get(axis)) : List.of();
            if (steps.isEmpty()) {
                axes.add(new Area.AreaAxis(Math.min(last, index.greatest()) - least + 1, stride));
            }
            steps.forEach(step -> axes.add(new Area.AreaAxis(step.count(), step.step() * stride)));
        }
        return new Box(position, from, axes);
    }

    /**
     * The values of {@code index} above its least as steps of the loops that it counts, if it is a sum of multiples of their variables in
     * which a step of one passes all that the smaller ones come to; none otherwise.
     */
    private List<Area.AreaAxis> steps(Dim index) {
        Map<String, Long> factors = new LinkedHashMap<>();
        for (Dim.Term term : index.terms()) {
            long factor = term.coefficient();
            Optional<String> loop = Optional.empty();
            for (Dim.Atom atom : term.atoms()) {
                if (atom instanceof Dim.Symbol(String name) && variables.containsKey(name)) {
                    if (loop.isPresent() || variables.get(name).isEmpty()) {
                        return List.of();
                    }
                    loop = Optional.of(name);
                } else {
                    Optional<IndexInterval> value = interval(atom);
                    if (value.isEmpty() || value.get().least() != value.get().greatest()) {
                        return List.of();
                    }
                    factor = Math.multiplyExact(factor, value.get().least());
                }
            }
            if (loop.isPresent()) {
                factors.merge(loop.get(), factor, Math::addExact);
            }
        }
        List<Area.AreaAxis> steps = new ArrayList<>();
        for (var factor : factors.entrySet()) {
            if (factor.getValue() <= 0) {
                return List.of();
            }
            steps.add(new Area.AreaAxis(
                    variables.get(factor.getKey()).orElseThrow().greatest() + 1, factor.getValue()));
        }
        steps.sort(Comparator.comparingLong(Area.AreaAxis::step).reversed());
        long span = 0;
        for (Area.AreaAxis step : steps.reversed()) {
            if (step.step() <= span) {
                return List.of();
            }
            span += (step.count() - 1) * step.step();
        }
        return steps;
    }

    /** The values of {@code dim} in the loops at hand; empty if it depends on what is read from memory. */
    private Optional<IndexInterval> interval(Dim dim) {
        IndexInterval sum = IndexInterval.of(0);
        for (Dim.Term term : dim.terms()) {
            IndexInterval product = IndexInterval.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                Optional<IndexInterval> factor = interval(atom);
                if (factor.isEmpty()) {
                    return Optional.empty();
                }
                product = product.times(factor.get());
            }
            sum = sum.plus(product);
        }
        return Optional.of(sum);
    }

    private Optional<IndexInterval> interval(Dim.Atom atom) {
        return switch (atom) {
            case Dim.Symbol(String name) ->
                variables.containsKey(name)
                        ? variables.get(name)
                        : Optional.of(IndexInterval.of(symbols.applyAsLong(name)));
            case Dim.FloorDiv(Dim left, Dim right) ->
                interval(right)
                        .filter(by -> by.least() == by.greatest() && by.least() > 0)
                        .flatMap(by -> interval(left)
                                .map(of -> new IndexInterval(
                                        Math.floorDiv(of.least(), by.least()),
                                        Math.floorDiv(of.greatest(), by.least()))));
            case Dim.Min(Dim left, Dim right) ->
                interval(left)
                        .flatMap(one -> interval(right)
                                .map(other -> new IndexInterval(
                                        Math.min(one.least(), other.least()),
                                        Math.min(one.greatest(), other.greatest()))));
            case Dim.Max(Dim left, Dim right) ->
                interval(left)
                        .flatMap(one -> interval(right)
                                .map(other -> new IndexInterval(
                                        Math.max(one.least(), other.least()),
                                        Math.max(one.greatest(), other.greatest()))));
        };
    }
}
