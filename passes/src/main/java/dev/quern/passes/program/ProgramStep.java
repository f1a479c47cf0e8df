package dev.quern.passes.program;

import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import java.util.List;

/** One step of a program. */
public sealed interface ProgramStep {
    /**
     * Runs a generated kernel.
     *
     * @param kernel as lowered, before scheduling
     * @param forms what schedules make of it, as {@code Scheduler.apply} does; sizes choose one of them
     * @param arguments the value that each parameter is, by name
     * @param inPlace parameters read whose memory the (only) result may take
     * @param work scalar operations done, over the kernel's symbols, for splitting among threads and for limits
     * @param origin which nodes it came from
     */
    record RunKernel(
            Kernel kernel, KernelForms forms, List<String> arguments, List<Integer> inPlace, Dim work, String origin)
            implements ProgramStep {
        public RunKernel {
            arguments = List.copyOf(arguments);
            inPlace = List.copyOf(inPlace);
            if (!kernel.symbols().containsAll(work.symbols())) {
                throw new IllegalArgumentException("the work of kernel " + kernel.name() + " is " + work
                        + ", over more than its symbols " + kernel.symbols());
            }
        }

        /** How it is run where no other form is chosen. */
        public Schedule schedule() {
            return forms.usual().schedule();
        }

        /** The kernel that {@link #schedule} makes; the other forms are called like it. */
        public Kernel scheduled() {
            return forms.usual().scheduled();
        }

        /** The same with other arguments. */
        RunKernel withArguments(List<String> others) {
            return new RunKernel(kernel, forms, others, inPlace, work, origin);
        }

        /** The same kernel under another schedule; {@code PackedConstants} lays constants as that wants them. */
        public RunKernel under(Schedule other, Target target) {
            return new RunKernel(
                    kernel, KernelForms.of(kernel, List.of(other), target), arguments, inPlace, work, origin);
        }

        /** Whether the step only moves the elements of its one operand to its result, and nothing is to do where both lie in one place. */
        public boolean isCopy() {
            return kernel.parameters().size() == 2 && inPlace.equals(List.of(0)) && PlainCopy.isIn(kernel.body());
        }
    }

    /** Evaluates one node by the reference interpreter: shape arithmetic and host-only work. Symbols that its result types introduce are bound afterwards. */
    record RunHost(Node node) implements ProgramStep {}

    /** Runs an {@code If}, {@code Loop} or {@code Scan}; {@code bodies} are its subgraphs compiled, in the order of the operation's record. */
    record RunControl(Node node, List<Program> bodies) implements ProgramStep {
        public RunControl {
            bodies = List.copyOf(bodies);
        }
    }

    /**
     * Checks indices before a kernel uses them: a kernel clamps what it reads by, so that no index can reach outside its
     * buffers, and this step makes an index out of range an error. With one extent {@code e}, every element of
     * {@code value} (any integer type) must lie in {@code [-e, e)}, or in {@code [0, e)} if indices do not count from the end; with several, the
     * last axis of {@code value} has as many entries, and entry {@code j} must lie in {@code [-extents[j], extents[j])}. Fails with {@link dev.quern.ModelException} of code
     * {@code INVALID_INPUT} that names {@code origin}, the index and the range.
     *
     * @param value the stored value that holds the indices
     * @param extents extents of the axes indexed
     * @param fromEnd whether negative indices count from the end
     * @param origin the node that indexes
     */
    record CheckIndices(Value value, List<Dim> extents, boolean fromEnd, String origin) implements ProgramStep {
        public CheckIndices {
            extents = List.copyOf(extents);
        }
    }
}
