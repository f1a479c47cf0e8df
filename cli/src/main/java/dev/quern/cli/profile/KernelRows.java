package dev.quern.cli.profile;

import dev.quern.cli.bench.CodeList;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.cost.SectionRuns;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.KernelRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Puts steps that are alike into rows. */
final class KernelRows {
    /** What steps of a row have in common; a kernel's code, sizes and split, or what kind of step it is. */
    private record Key(Executable executable, List<Long> symbols, long extent, int participants, String kind) {
        static Key of(StepTimes.TimedStep step) {
            return step.run()
                    .kernel()
                    .map(kernel -> new Key(
                            kernel.executable(),
                            LongStream.of(kernel.symbols()).boxed().toList(),
                            kernel.extent(),
                            kernel.participants(),
                            ""))
                    .orElseGet(() -> new Key(
                            null, List.of(), 0, 0, StepName.of(step.run().step())));
        }

        /** The same code is the same kernel, whatever it equals. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && executable == key.executable
                    && symbols.equals(key.symbols)
                    && extent == key.extent
                    && participants == key.participants
                    && kind.equals(key.kind);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(executable) + 31 * symbols.hashCode() + kind.hashCode();
        }
    }

    private static final class Sum {
        private StepTimes.TimedStep first;
        private int steps;
        private long nanoseconds;

        void add(StepTimes.TimedStep step) {
            first = first == null ? step : first;
            steps++;
            nanoseconds += step.own();
        }
    }

    private final Optional<CodeList> code;

    /** With what HotSpot has made of the kernels, if it says. */
    KernelRows(Optional<CodeList> code) {
        this.code = code;
    }

    /** The rows of {@code runs}, which take {@code milliseconds} each, the longest first. */
    List<ProfileRow> of(List<StepTimes> runs, double milliseconds, Roofline roofline) {
        Map<Key, Sum> sums = new LinkedHashMap<>();
        for (StepTimes run : runs) {
            for (StepTimes.TimedStep step : run.steps()) {
                sums.computeIfAbsent(Key.of(step), key -> new Sum()).add(step);
            }
        }
        List<ProfileRow> rows = new ArrayList<>();
        for (Sum sum : sums.values()) {
            rows.add(row(sum, runs.size(), milliseconds, roofline));
        }
        rows.sort(Comparator.comparingDouble(ProfileRow::milliseconds).reversed());
        return rows;
    }

    private ProfileRow row(Sum sum, int runs, double milliseconds, Roofline roofline) {
        ProgramStep step = sum.first.run().step();
        double own = sum.nanoseconds / 1e6 / runs;
        double each = (double) sum.nanoseconds / sum.steps;
        return new ProfileRow(
                StepName.of(step),
                step instanceof ProgramStep.RunKernel kernel ? kernel.kernel().template() : "",
                StepName.origin(step),
                Math.toIntExact(Math.round((double) sum.steps / runs)),
                own,
                own / milliseconds,
                sum.first.run().kernel().map(run -> work((ProgramStep.RunKernel) step, run, each, roofline)));
    }

    private ProfileRow.RowWork work(ProgramStep.RunKernel step, KernelRun run, double nanoseconds, Roofline roofline) {
        KernelCost cost = KernelCost.of(step.kernel(), valuesOf(step, run));
        return new ProfileRow.RowWork(
                cost,
                cost.operations() / nanoseconds,
                cost.bytes() / nanoseconds,
                roofline.share(run.executable(), cost, run.participants(), nanoseconds),
                run.extent(),
                run.participants(),
                code.map(list -> KernelTiers.of(
                                run.executable().artifact(),
                                SectionRuns.of(run.executable().kernel(), run.symbols()),
                                list))
                        .orElseGet(() -> new KernelTiers(Map.of())));
    }

    /** The symbols of the kernel as lowered, which are among those of the kernel as scheduled. */
    private static long[] valuesOf(ProgramStep.RunKernel step, KernelRun run) {
        List<String> names = step.scheduled().symbols();
        return step.kernel().symbols().stream()
                .mapToLong(symbol -> run.symbols()[names.indexOf(symbol)])
                .toArray();
    }
}
