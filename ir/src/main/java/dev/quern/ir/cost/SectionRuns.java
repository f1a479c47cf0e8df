package dev.quern.ir.cost;

import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often the sections of a scheduled kernel are run at given sizes. */
public final class SectionRuns {
    /**
     * A section.
     *
     * @param name its name in the kernel
     * @param runs how often it is run; of a copy of an unrolled section, all copies together
     */
    public record CountedSection(String name, double runs) {}

    private final List<CountedSection> sections = new ArrayList<>();

    private SectionRuns() {}

    /**
     * The sections in the order of the kernel's text, an outer one before those in it.
     *
     * @param symbols values of the kernel's symbols, in their order
     */
    public static List<CountedSection> of(Kernel scheduled, long[] symbols) {
        Map<String, Long> values = new HashMap<>();
        for (int i = 0; i < symbols.length; i++) {
            values.put(scheduled.symbols().get(i), symbols[i]);
        }
        SectionRuns runs = new SectionRuns();
        runs.visit(IndexNames.inline(scheduled.body()), Iterations.once(values));
        return runs.sections;
    }

    private void visit(Stmt statement, Iterations at) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(inner -> visit(inner, at));
            case Stmt.For loop -> {
                // Code is generated once for each copy.
                long copies = loop.kind() == LoopKind.UNROLL ? loop.extent().constant() : 1;
                for (long copy = 0; copy < copies; copy++) {
                    visit(loop.body(), at.in(loop.variable(), loop.extent()));
                }
            }
            case Stmt.Store _, Stmt.ReduceInto _ -> {}
            case Stmt.Allocate allocate -> visit(allocate.body(), at);
            case Stmt.Guard guard -> {
                visit(guard.then(), at.where(guard.nonNegative()));
                if (!guard.otherwise().equals(Stmt.NOTHING)) {
                    visit(guard.otherwise(), at.whereNot(guard.nonNegative()));
                }
            }
            case Stmt.Let let -> visit(let.body(), at.reading(let.name()));
            case Stmt.Section section -> {
                sections.add(new CountedSection(section.name(), at.count()));
                visit(section.body(), at);
            }
        }
    }
}
