package dev.quern.runtime;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects every symbol that a program mentions, its bodies' included. */
final class ProgramSymbols {
    private final Set<String> names = new LinkedHashSet<>();

    private ProgramSymbols() {}

    static Set<String> of(Program program) {
        ProgramSymbols symbols = new ProgramSymbols();
        symbols.program(program);
        return symbols.names;
    }

    private void program(Program program) {
        values(program.inputs());
        values(program.outputs());
        program.guards().forEach(guard -> {
            dim(guard.left());
            dim(guard.right());
        });
        program.memory().arenaElements().values().forEach(this::dim);
        program.memory().places().values().forEach(this::place);
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel -> {
                    names.addAll(kernel.scheduled().symbols());
                    dim(kernel.work());
                }
                case ProgramStep.RunHost host -> node(host.node());
                case ProgramStep.RunControl control -> {
                    node(control.node());
                    control.bodies().forEach(this::program);
                }
                case ProgramStep.CheckIndices check -> check.extents().forEach(this::dim);
            }
        }
    }

    private void place(MemoryPlan.Place place) {
        switch (place) {
            case MemoryPlan.Slot(Dim offset) -> dim(offset);
            case MemoryPlan.Within(String value, Dim offset, Layout layout) -> {
                dim(offset);
                layout.strides().forEach(this::dim);
            }
            case MemoryPlan.InputPlace input -> {}
            case MemoryPlan.ConstantPlace constant -> {}
            case MemoryPlan.ResultPlace result -> {}
            case MemoryPlan.Inherits inherits -> {}
            case MemoryPlan.Late late -> {}
        }
    }

    private void node(Node node) {
        values(node.inputs());
        values(node.outputs());
        if (node.op() instanceof Op.DimValues(List<Dim> dims, var shape)) {
            dims.forEach(this::dim);
        }
    }

    private void values(List<Value> values) {
        values.forEach(value -> value.type().shape().dims().forEach(this::dim));
    }

    private void dim(Dim dim) {
        names.addAll(dim.symbols());
    }
}
