package dev.quern.passes.memory;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gives every value a place by the rules of {@link MemoryPlan}: inputs, constants and results where they are, parts inside
 * what they are parts of, and all others in arenas, where values that are not needed at the same time share memory. A step
 * that may work in place does where its operand dies there and no other of its operands shares the operand's memory.
 */
public final class MemoryPlanner {
    private final List<Value> outputs;
    private final Set<String> inputs = new HashSet<>();
    private final Set<String> constants;
    private final List<StepAccesses> steps;
    private final List<Part> parts;
    private final Set<String> symbols;
    private final Lifetimes lifetimes;
    private final Map<DType, Arena> arenas = new EnumMap<>(DType.class);
    private final Map<String, Arena.ArenaBlock> blocks = new HashMap<>();
    private final Map<String, MemoryPlan.Place> places = new HashMap<>();
    private final Set<String> inherited = new HashSet<>();

    /**
     * @param inputs values given from outside
     * @param outputs values handed back
     * @param constants names of the values held by the program
     * @param steps what each step does, in order
     * @param parts values that lie inside others
     * @param symbols the symbols that are known when inputs are bound
     */
    public MemoryPlanner(
            List<Value> inputs,
            List<Value> outputs,
            Set<String> constants,
            List<StepAccesses> steps,
            List<Part> parts,
            Set<String> symbols) {
        inputs.forEach(value -> this.inputs.add(value.name()));
        this.outputs = List.copyOf(outputs);
        this.constants = Set.copyOf(constants);
        this.steps = List.copyOf(steps);
        this.parts = List.copyOf(parts);
        this.symbols = Set.copyOf(symbols);
        this.lifetimes = new Lifetimes(this.steps, this.parts);
    }

    /** The plan. */
    public MemoryPlan plan() {
        Set<String> results = new HashSet<>();
        outputs.forEach(value -> results.add(value.name()));
        inputs.forEach(name -> places.put(name, new MemoryPlan.InputPlace()));
        constants.forEach(name -> places.put(name, new MemoryPlan.ConstantPlace()));
        for (Value value : lifetimes.bases()) {
            if (!places.containsKey(value.name())) {
                if (results.contains(value.name())) {
                    places.put(value.name(), inherited(value).orElse(new MemoryPlan.ResultPlace()));
                } else if (value.type().dtype() == DType.STRING
                        || !symbols.containsAll(value.type().shape().elements().symbols())) {
                    places.put(value.name(), new MemoryPlan.Late());
                } else {
                    block(value);
                }
            }
        }
        for (Value output : outputs) {
            if (!lifetimes.isPart(output)) {
                places.putIfAbsent(output.name(), new MemoryPlan.ResultPlace());
            }
        }
        for (Part part : parts) {
            places.put(part.value().name(), new MemoryPlan.Within(part.base().name(), part.offset(), part.layout()));
        }
        Map<String, DType> types = new HashMap<>();
        lifetimes.bases().forEach(value -> types.put(value.name(), value.type().dtype()));
        Map<DType, Arena.ArenaPlan> plans = new EnumMap<>(DType.class);
        arenas.forEach((type, arena) -> plans.put(type, arena.plan()));
        blocks.forEach((name, block) -> places.put(
                name, new MemoryPlan.Slot(plans.get(types.get(name)).offsets().get(block))));
        Map<DType, Dim> sizes = new EnumMap<>(DType.class);
        plans.forEach((type, plan) -> sizes.put(type, plan.size()));
        return new MemoryPlan(places, sizes);
    }

    private void block(Value value) {
        Lifetimes.Span span = lifetimes.span(value);
        Arena arena = arenas.computeIfAbsent(value.type().dtype(), type -> new Arena());
        Optional<Arena.ArenaBlock> given = dying(value, span.first());
        if (given.isPresent()) {
            arena.extend(given.get(), span.last());
            blocks.put(value.name(), given.get());
        } else {
            blocks.put(value.name(), arena.take(value.type().shape().elements(), span.first(), span.last()));
        }
    }

    /** The block of an operand of the step that defines {@code value} if that step may work in it and is its last use. */
    private Optional<Arena.ArenaBlock> dying(Value value, int step) {
        return replaceable(value, step)
                .map(operand -> blocks.get(operand.name()))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The input whose memory result {@code value} may take: the same, of an input that no result is a part of. */
    private Optional<MemoryPlan.Place> inherited(Value value) {
        return replaceable(value, lifetimes.span(value).first())
                .filter(operand -> inputs.contains(operand.name())
                        && outputs.stream()
                                .noneMatch(output -> lifetimes.base(output).equals(operand))
                        && inherited.add(operand.name()))
                .findFirst()
                .map(operand -> new MemoryPlan.Inherits(operand.name()));
    }

    /** What dies in {@code step}, which defines {@code value} and may work in its memory. */
    private Stream<Value> replaceable(Value value, int step) {
        StepAccesses accesses = steps.get(step);
        if (accesses.onlyWrite().filter(written -> isWhole(written, value)).isEmpty()) {
            return Stream.empty();
        }
        return accesses.inPlace().stream()
                .map(lifetimes::base)
                .filter(operand -> lifetimes.span(operand).last() == step
                        && operand.type().dtype() == value.type().dtype()
                        && accesses.reads().stream().allMatch(other -> isApart(other, operand, accesses)));
    }

    /** Whether the step that works in {@code operand} reads {@code other} elsewhere, or where it works in it too. */
    private boolean isApart(Value other, Value operand, StepAccesses accesses) {
        return !lifetimes.base(other).equals(operand) || accesses.inPlace().contains(other) && isWhole(other, operand);
    }

    /** Whether {@code value} is all of {@code base}, in whichever shape. */
    private boolean isWhole(Value value, Value base) {
        return lifetimes.base(value).equals(base)
                && lifetimes.offset(value).is(0)
                && value.type().shape().elements().equals(base.type().shape().elements());
    }
}
