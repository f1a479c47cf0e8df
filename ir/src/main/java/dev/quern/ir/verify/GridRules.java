package dev.quern.ir.verify;

import dev.quern.ir.NameText;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the loops of a grid stand.
 *
 * <ol>
 *   <li>Around a {@link LoopKind#BLOCK} loop there are {@code BLOCK} loops and blocks of statements only; its extent depends on none of them.
 *   <li>A {@link LoopKind#THREAD} or {@link LoopKind#WARP} loop stands in no other such loop and in no vector loop; a {@link LoopKind#LANE}
 *       loop stands in a {@code WARP} loop, and in one only. A block has at most 1024 threads, a warp 32 lanes.
 *   <li>A {@link Realisation.ByMatrixInstruction} stands in a {@code WARP} loop and in no {@code LANE} loop.
 * </ol>
 */
final class GridRules {
    private static final int MOST_THREADS = 1024;
    private static final int LANES = 32;

    private final KernelScope scope;

    private GridRules(KernelScope scope) {
        this.scope = scope;
    }

    static void check(Stmt body, KernelScope scope) {
        new GridRules(scope).launches(body);
    }

    private void blocks(Stmt statement, Set<String> around) {
        if (statement instanceof Stmt.For loop && loop.kind() == LoopKind.BLOCK) {
            scope.at("for " + NameText.of(loop.variable()))
                    .require(
                            around.stream().noneMatch(loop.extent()::dependsOn),
                            "extent of a BLOCK loop",
                            "one over symbols alone",
                            loop.extent());
            Set<String> more = new HashSet<>(around);
            more.add(loop.variable());
            blocks(loop.body(), more);
        } else {
            inside(statement, EnumSet.noneOf(LoopKind.class));
        }
    }

    private void launches(Stmt statement) {
        if (statement instanceof Stmt.Block(List<Stmt> statements)) {
            statements.forEach(this::launches);
        } else {
            blocks(statement, Set.of());
        }
    }

    private void inside(Stmt statement, Set<LoopKind> around) {
        Set<LoopKind> inner = EnumSet.copyOf(around);
        if (statement instanceof Stmt.For loop) {
            check(loop, around);
            inner.add(loop.kind());
        } else if (statement instanceof Stmt.Section(String name, Realisation.ByMatrixInstruction _, var _)) {
            scope.at("section " + NameText.of(name))
                    .require(
                            around.contains(LoopKind.WARP) && !around.contains(LoopKind.LANE),
                            "place of a matrix product",
                            "one inside a loop over warps, in none over lanes",
                            "one inside " + around);
        }
        statement.parts().forEach(part -> inside(part, inner));
    }

    private void check(Stmt.For loop, Set<LoopKind> around) {
        KernelScope at = scope.at("for " + NameText.of(loop.variable()));
        boolean threads = around.contains(LoopKind.THREAD) || around.contains(LoopKind.VECTOR);
        switch (loop.kind()) {
            case BLOCK ->
                at.require(false, "place of a loop over blocks", "the top of the kernel", "one inside " + around);
            case THREAD, WARP -> {
                at.require(
                        !threads && !around.contains(LoopKind.WARP),
                        "place of a loop over threads",
                        "one inside no other",
                        "one inside " + around);
                limit(loop, loop.kind() == LoopKind.WARP ? MOST_THREADS / LANES : MOST_THREADS, at);
            }
            case LANE -> {
                at.require(
                        around.contains(LoopKind.WARP) && !around.contains(LoopKind.LANE) && !threads,
                        "place of a loop over lanes",
                        "one inside a loop over warps",
                        "one inside " + around);
                limit(loop, LANES, at);
            }
            case SERIAL, PARALLEL, VECTOR, UNROLL -> {}
        }
    }

    private static void limit(Stmt.For loop, int most, KernelScope at) {
        at.require(
                loop.extent().asConstant().orElse(0) <= most,
                "extent of a " + loop.kind() + " loop",
                "at most " + most,
                loop.extent());
    }
}
