package dev.quern.passes.program;

import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.verify.InvalidIrException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Checks that a program obeys the rules of {@link MemoryPlan}: goes through its steps with the sizes of values known, noting
 * what lies where.
 */
public final class MemoryPlanVerifier {
    /** Values for the symbols, which take them in turn. */
    private static final long[][] SAMPLES = {
        {1},
        {2},
        {3},
        {4},
        {7},
        {12},
        {16},
        {17},
        {48},
        {64},
        {0},
        {2, 3, 5, 7, 11},
        {16, 1, 4},
        {5, 64, 3, 1},
        {1, 0, 2}
    };

    private final Program program;
    private final ToLongFunction<String> symbols;
    private final Areas areas;
    private final Contents contents = new Contents();
    private final Set<String> written = new HashSet<>();

    private MemoryPlanVerifier(Program program, Areas areas, ToLongFunction<String> symbols) {
        this.program = program;
        this.areas = areas;
        this.symbols = symbols;
    }

    /**
     * Checks {@code program} for sample sizes that its guards admit.
     *
     * @param known sizes that the programs around it know when it begins
     * @param outer guards of the programs around it
     * @throws InvalidIrException if a rule is broken
     */
    public static void verify(Program program, Set<String> known, List<ShapeGuard> outer) {
        List<ShapeGuard> guards = new ArrayList<>(outer);
        guards.addAll(program.guards());
        Areas areas = new Areas(program);
        SizesInTime.check(program, known, areas);
        List<String> names = areas.symbols(guards);
        for (long[] sample : names.isEmpty() ? new long[][] {{1}} : SAMPLES) {
            Map<String, Long> values = new HashMap<>();
            names.forEach(name -> values.put(name, sample[values.size() % sample.length]));
            if (isPossible(areas, guards, values)) {
                new MemoryPlanVerifier(program, areas, values::get).verify();
            }
        }
    }

    /**
     * Checks {@code program} for the sizes {@code values}, which must meet its guards; not at all if they leave a size open.
     *
     * @throws InvalidIrException if a rule is broken
     */
    public static void verify(Program program, Map<String, Long> values) {
        Areas areas = new Areas(program);
        if (values.keySet().containsAll(areas.symbols(program.guards()))) {
            new MemoryPlanVerifier(program, areas, values::get).verify();
        }
    }

    private static boolean isPossible(Areas areas, List<ShapeGuard> guards, Map<String, Long> values) {
        try {
            for (ShapeGuard guard : guards) {
                long left = guard.left().evaluate(values::get);
                long right = guard.right().evaluate(values::get);
                boolean holds = switch (guard.relation()) {
                    case EQUAL -> left == right;
                    case AT_LEAST -> left >= right;
                };
                if (!holds) {
                    return false;
                }
            }
            return areas.names().stream().allMatch(name -> areas.size(name, values::get) >= 0);
        } catch (ArithmeticException undefined) {
            return false;
        }
    }

    private void verify() {
        String where = "memory of " + program.name();
        areas.names().forEach(value -> checkBounds(where, value));
        program.inputs().forEach(input -> {
            written.add(input.name());
            contents.put(area(input.name()), input.name());
        });
        for (int index = 0; index < program.steps().size(); index++) {
            ProgramStep step = program.steps().get(index);
            String at = where + ", step " + index;
            switch (step) {
                case ProgramStep.RunKernel run -> kernel(at + " (" + run.origin() + ")", run);
                case ProgramStep.RunHost(var node) ->
                    elsewhere(at + " (" + node.origin() + ")", names(node.inputs()), names(node.outputs()));
                case ProgramStep.RunControl(var node, var bodies) ->
                    elsewhere(at + " (" + node.origin() + ")", names(node.inputs()), names(node.outputs()));
                case ProgramStep.CheckIndices check -> read(at, check.value().name());
            }
        }
        checkOutputs(where + ", outputs", names(program.outputs()));
    }

    private static List<String> names(List<Value> values) {
        return values.stream().map(Value::name).toList();
    }

    private void kernel(String where, ProgramStep.RunKernel run) {
        int reads = run.arguments().size() - run.kernel().results();
        List<String> operands = run.arguments().subList(0, reads);
        for (int position = 0; position < run.arguments().size(); position++) {
            checkLayout(
                    where,
                    run.arguments().get(position),
                    run.kernel().parameters().get(position));
        }
        operands.forEach(operand -> read(where, operand));
        for (Writes.Box box : Writes.of(run.kernel(), symbols)) {
            String result = run.arguments().get(box.parameter());
            Area whole = area(result);
            Area written = new Area(whole.memory(), whole.from() + box.from(), box.axes());
            for (int position = 0; position < reads; position++) {
                String operand = operands.get(position);
                if (!run.inPlace().contains(position) || !area(operand).equals(whole)) {
                    checkApart(where, operand, result, written);
                }
            }
            write(where, result, written);
        }
    }

    /** That a kernel takes {@code value} for what the plan lays out. */
    private void checkLayout(String where, String value, Buffer parameter) {
        if (!isConstant(value)) {
            Area planned = area(value);
            Area taken = areas.box(planned, parameter.shape(), parameter.layout(), symbols);
            if (!taken.equals(planned)) {
                throw new InvalidIrException(where, "elements of " + value, planned, taken);
            }
        }
    }

    /** A step whose results are computed in memory of their own, then put in place. */
    private void elsewhere(String where, List<String> operands, List<String> results) {
        operands.forEach(operand -> read(where, operand));
        for (String result : results) {
            operands.forEach(operand -> checkApart(where, operand, result, area(result)));
            write(where, result, area(result));
        }
    }

    private void checkApart(String where, String operand, String result, Area written) {
        if (!isConstant(operand) && area(operand).overlaps(written)) {
            throw new InvalidIrException(
                    where, "place of operand " + operand, "apart from " + written + " of " + result, area(operand));
        }
    }

    private void read(String where, String value) {
        if (!isConstant(value)) {
            contents.intruder(area(value), found -> isStill(value, found)).ifPresent(found -> {
                throw new InvalidIrException(where, "what is at " + area(value), value, found);
            });
        }
    }

    /**
     * Whether what a step wrote as {@code written} belongs to {@code value}. A value that was written, or is a part of one that was, holds
     * what was written to that one and its parts; what was written since to a value around it is another's.
     */
    private boolean isStill(String value, String written) {
        for (String at = value; at != null; at = areas.outer(at)) {
            if (this.written.contains(at)) {
                return areas.isIn(written, at);
            }
        }
        return areas.root(written).equals(areas.root(value));
    }

    private void write(String where, String value, Area area) {
        MemoryPlan.Place place = areas.place(areas.root(value));
        if (place instanceof MemoryPlan.InputPlace || place instanceof MemoryPlan.ConstantPlace) {
            throw new InvalidIrException(where, "place of result " + value, "memory of the run", place);
        }
        written.add(value);
        contents.put(area, value);
    }

    private void checkOutputs(String where, List<String> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            String output = outputs.get(i);
            read(where, output);
            for (String other : outputs) {
                if (!other.equals(output) && isHandedBack(other) && isHandedBack(output)) {
                    checkApart(where, other, output, area(output));
                }
            }
        }
    }

    /** Whether the caller is given the memory that {@code value} lies in, not a copy. */
    private boolean isHandedBack(String value) {
        MemoryPlan.Place place = areas.place(areas.root(value));
        return switch (place) {
            case MemoryPlan.ResultPlace _, MemoryPlan.Inherits _, MemoryPlan.Late _ -> true;
            case MemoryPlan.InputPlace _, MemoryPlan.ConstantPlace _, MemoryPlan.Slot _, MemoryPlan.Within _ -> false;
        };
    }

    private void checkBounds(String where, String value) {
        if (!isConstant(value)) {
            Area area = area(value);
            long limit = areas.limit(value, symbols);
            if (!area.isEmpty() && (area.from() < 0 || area.to() > limit)) {
                throw new InvalidIrException(where, "place of " + value, "within [0, " + limit + ")", area);
            }
        }
    }

    private Area area(String value) {
        return areas.of(value, symbols);
    }

    private boolean isConstant(String value) {
        return areas.place(areas.root(value)) instanceof MemoryPlan.ConstantPlace;
    }
}
