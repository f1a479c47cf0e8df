package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleSpace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The schedules for a grid: tiles by matrix instructions, where it has some for the kernel, tiles, where the kernel is a sum of products that tiles may pay for, and launches of threads.
 *
 * @param kernel an unscheduled kernel
 * @param target the device
 */
record GridSpace(Kernel kernel, Target.Grid target) implements ScheduleSpace {
    @Override
    public String name() {
        return "grid";
    }

    @Override
    public List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (GridMatrixTile tile : GridMatrixSchedules.space(kernel, target)) {
            candidate(tile).ifPresent(candidates::add);
        }
        for (GridTile tile : GridTileSchedules.space(kernel, target)) {
            candidate(tile).ifPresent(candidates::add);
        }
        candidates.add(threads());
        return candidates;
    }

    @Override
    public List<SizeRange> ranges() {
        Optional<Candidate> byMatrices = byMatrices();
        List<Candidate> preferred = byMatrices.isPresent()
                ? List.of(byMatrices.get())
                : GridTileSchedules.chosen(kernel, target).map(List::of).orElseGet(() -> List.of(threads()));
        return List.of(new SizeRange(List.of(), preferred));
    }

    /** Tiles by matrix instructions, then other tiles, each as the cost model has them, then launches of threads; the default is the first. */
    @Override
    public List<Candidate> ranked(Map<String, Long> sizes) {
        Set<Candidate> ranked = new LinkedHashSet<>(ranges().getLast().preferred());
        for (GridMatrixTile tile : GridMatrixSchedules.preferred(kernel, target)) {
            candidate(tile).ifPresent(ranked::add);
        }
        for (GridTile tile : GridTileSchedules.preferred(kernel, target)) {
            candidate(tile).ifPresent(ranked::add);
        }
        ranked.add(threads());
        return List.copyOf(ranked);
    }

    private Optional<Candidate> candidate(GridMatrixTile tile) {
        return GridMatrixSchedules.of(kernel, target, tile).map(schedule -> new Candidate(tile.toString(), schedule));
    }

    private Optional<Candidate> candidate(GridTile tile) {
        return GridTileSchedules.of(kernel, target, tile).map(schedule -> new Candidate(tile.toString(), schedule));
    }

    /** The first that is legal of those that the cost model prefers: whatever their sizes, they are taken to beat products one by one. */
    private Optional<Candidate> byMatrices() {
        return GridMatrixSchedules.preferred(kernel, target).stream()
                .map(this::candidate)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Candidate threads() {
        return new Candidate("threads", GridSchedules.of(kernel, target));
    }
}
