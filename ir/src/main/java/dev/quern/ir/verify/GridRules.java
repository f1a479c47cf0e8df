package dev.quern.ir.verify;

import dev.quern.ir.NameText;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the loops of a grid stand.
 *
 * <ol>
 *   <li>Around a {@link LoopKind#BLOCK} loop there are {@code BLOCK} loops and blocks of statements only.
 *   <li>A {@link LoopKind#THREAD} or {@link LoopKind#WARP} loop stands in no other such loop and in no vector loop; a {@link LoopKind#LANE}
 *       loop stands in a {@code WARP} loop, and in one only. A block has at most 1024 threads, a warp 32 lanes.
 *   <li>What has loops over threads inside writes to memory that others see only in them: outside of them every thread of a block does the same.
 * </ol>
 */
final class GridRules {
    private static final int MOST_THREADS = 1024;
    private static final int LANES = 32;

    private final KernelScope scope;
    private final Set<String> own = new HashSet<>();

    private GridRules(KernelScope scope) {
        this.scope = scope;
    }

    static void check(Stmt body, KernelScope scope) {
        new GridRules(scope).launches(body);
    }

    private void launches(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::launches);
            case Stmt.For loop -> launch(loop);
            case Stmt.Store store -> {}
            case Stmt.Reduce reduce -> {}
            case Stmt.Allocate allocate -> launch(allocate);
            case Stmt.Guard guard -> launch(guard);
            case Stmt.Let let -> launch(let);
            case Stmt.Section section -> launch(section);
        }
    }

    private void launch(Stmt statement) {
        if (statement instanceof Stmt.For loop && loop.kind() == LoopKind.BLOCK) {
            launch(loop.body());
            return;
        }
        inside(statement, EnumSet.noneOf(LoopKind.class), hasThreads(statement));
    }

    private static boolean hasThreads(Stmt statement) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.stream().anyMatch(GridRules::hasThreads);
            case Stmt.For loop -> isThreads(loop.kind()) || hasThreads(loop.body());
            case Stmt.Store store -> false;
            case Stmt.Reduce reduce -> false;
            case Stmt.Allocate allocate -> hasThreads(allocate.body());
            case Stmt.Guard guard -> hasThreads(guard.then()) || hasThreads(guard.otherwise());
            case Stmt.Let let -> hasThreads(let.body());
            case Stmt.Section section -> hasThreads(section.body());
        };
    }

    private static boolean isThreads(LoopKind kind) {
        return kind == LoopKind.THREAD || kind == LoopKind.WARP || kind == LoopKind.LANE;
    }

    private void inside(Stmt statement, Set<LoopKind> around, boolean shared) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(each -> inside(each, around, shared));
            case Stmt.For loop -> {
                check(loop, around);
                Set<LoopKind> more = EnumSet.of(loop.kind());
                more.addAll(around);
                inside(loop.body(), more, shared);
            }
            case Stmt.Store store -> written(store.buffer(), around, shared);
            case Stmt.Reduce reduce -> written(reduce.buffer(), around, shared);
            case Stmt.Allocate allocate -> {
                if (allocate.buffer().space() == MemorySpace.REGISTER) {
                    own.add(allocate.buffer().name());
                }
                inside(allocate.body(), around, shared);
            }
            case Stmt.Guard guard -> {
                inside(guard.then(), around, shared);
                inside(guard.otherwise(), around, shared);
            }
            case Stmt.Let let -> inside(let.body(), around, shared);
            case Stmt.Section section -> inside(section.body(), around, shared);
        }
    }

    private void written(String buffer, Set<LoopKind> around, boolean shared) {
        scope.require(
                !shared || own.contains(buffer) || around.stream().anyMatch(GridRules::isThreads),
                "place of a write to " + NameText.of(buffer),
                "a loop over threads",
                "one that every thread of the block runs");
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
