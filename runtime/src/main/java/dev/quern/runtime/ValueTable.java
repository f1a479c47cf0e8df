package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Numbers the values of a program and gathers what its steps say about each. */
final class ValueTable {
    private final Program program;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final Map<String, DType> dtypes = new HashMap<>();
    private final Map<String, Dim> elements = new HashMap<>();
    private final Map<String, Set<Dim>> spans = new HashMap<>();
    private final List<PreparedValue> values = new ArrayList<>();

    ValueTable(Program program) {
        this.program = program;
        gather();
        program.memory().places().keySet().stream().sorted().forEach(name -> numbers.putIfAbsent(name, numbers.size()));
        inheritTypes();
        inheritSpans();
        for (String name : numbers.keySet()) {
            values.add(resolve(name));
        }
    }

    private void gather() {
        program.inputs().forEach(this::typed);
        program.outputs().forEach(this::typed);
        program.constants().forEach((name, constant) -> {
            number(name);
            dtypes.put(name, constant.literal().dtype());
        });
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> kernel(kernel);
                case ProgramStep.RunHost host -> {
                    host.node().inputs().forEach(this::typed);
                    host.node().outputs().forEach(this::typed);
                }
                case ProgramStep.RunControl control -> {
                    control.node().inputs().forEach(this::typed);
                    control.node().outputs().forEach(this::typed);
                }
                case ProgramStep.CheckIndices check -> typed(check.value());
            }
        }
    }

    private void kernel(ProgramStep.RunKernel step) {
        List<Buffer> parameters = step.scheduled().parameters();
        if (parameters.size() != step.arguments().size()) {
            throw new IllegalStateException("kernel " + step.scheduled().name() + " has " + parameters.size()
                    + " parameters and " + step.arguments().size() + " arguments");
        }
        for (int i = 0; i < parameters.size(); i++) {
            String name = step.arguments().get(i);
            number(name);
            dtypes.putIfAbsent(name, parameters.get(i).dtype());
            elements.putIfAbsent(name, parameters.get(i).shape().elements());
            if (!program.constants().containsKey(name)) {
                spans.computeIfAbsent(name, key -> new LinkedHashSet<>())
                        .add(parameters.get(i).layout().span());
            }
        }
    }

    private void typed(Value value) {
        number(value.name());
        TensorType type = value.type();
        dtypes.put(value.name(), type.dtype());
        elements.put(value.name(), type.shape().elements());
    }

    private void number(String name) {
        numbers.putIfAbsent(name, numbers.size());
    }

    /** A value that only holds others has their element type. */
    private void inheritTypes() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (String name : numbers.keySet()) {
                if (place(name) instanceof MemoryPlan.Within within) {
                    number(within.value(), name);
                    changed |= share(name, within.value()) | share(within.value(), name);
                }
            }
        }
    }

    /** A value that only holds others reaches as far as they do. */
    private void inheritSpans() {
        for (String name : numbers.keySet()) {
            Root root = root(name);
            if (!root.name().equals(name) && !elements.containsKey(root.name())) {
                Set<Dim> reached = new LinkedHashSet<>(spans.getOrDefault(name, Set.of()));
                if (reached.isEmpty() && elements.containsKey(name)) {
                    reached.add(elements.get(name));
                }
                reached.forEach(span -> spans.computeIfAbsent(root.name(), key -> new LinkedHashSet<>())
                        .add(root.delta().plus(span)));
            }
        }
    }

    private void number(String outer, String inner) {
        if (!numbers.containsKey(outer)) {
            throw new IllegalStateException("value '" + inner + "' lies within '" + outer + "', which has no place");
        }
    }

    private boolean share(String from, String to) {
        return dtypes.containsKey(from) && dtypes.putIfAbsent(to, dtypes.get(from)) == null;
    }

    private MemoryPlan.Place place(String name) {
        MemoryPlan.Place place = program.memory().places().get(name);
        if (place != null) {
            return place;
        }
        if (program.constants().containsKey(name)) {
            return new MemoryPlan.ConstantPlace();
        }
        throw new IllegalStateException("value '" + name + "' of " + program.name() + " has no place");
    }

    /** What a value lies in, and where in it. */
    private record Root(String name, Dim delta) {}

    private PreparedValue resolve(String name) {
        Root root = root(name);
        return new PreparedValue(
                name,
                dtypes.get(name),
                place(name),
                numbers.get(root.name()),
                root.delta(),
                elements.get(name),
                List.copyOf(spans.getOrDefault(name, Set.of())));
    }

    private Root root(String name) {
        String root = name;
        Dim delta = Dim.ZERO;
        for (int depth = 0; place(root) instanceof MemoryPlan.Within within; depth++) {
            if (depth > numbers.size()) {
                throw new IllegalStateException("value '" + name + "' lies within itself");
            }
            delta = delta.plus(within.offset());
            root = within.value();
        }
        return new Root(root, delta);
    }

    /** The number of {@code name}. */
    int number(Value value) {
        return numbers.get(value.name());
    }

    /** The number of the value called {@code name}. */
    int numberOf(String name) {
        return numbers.get(name);
    }

    /** The values by number. */
    List<PreparedValue> values() {
        return values;
    }
}
