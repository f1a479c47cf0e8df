package dev.quern.passes.program;

import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the runtime executes: steps in order over values with known places. Compiled once for all shapes; sizes and offsets
 * are expressions over the symbols in the inputs' types, evaluated when inputs are bound.
 *
 * @param name for messages
 * @param inputs values given from outside
 * @param outputs values handed back
 * @param guards what must hold of the bound symbols; a program whose guards fail must not be run with those inputs
 * @param constants how each constant is held, by value name
 * @param steps what to do, in order
 * @param memory where values live
 */
public record Program(
        String name,
        List<Value> inputs,
        List<Value> outputs,
        List<ShapeGuard> guards,
        Map<String, ConstantData> constants,
        List<ProgramStep> steps,
        MemoryPlan memory) {
    public Program {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        guards = List.copyOf(guards);
        constants = Map.copyOf(constants);
        steps = List.copyOf(steps);
    }

    /** This with other steps. */
    public Program withSteps(List<ProgramStep> others) {
        return new Program(name, inputs, outputs, guards, constants, others, memory);
    }

    /** Names of the parameters of {@code step}'s kernel that are constants of this. */
    public Set<String> constantParameters(ProgramStep.RunKernel step) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < step.arguments().size(); i++) {
            if (constants.containsKey(step.arguments().get(i))) {
                names.add(step.kernel().parameters().get(i).name());
            }
        }
        return names;
    }
}
