package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What the driver is asked for.
 *
 * @param entry the entry of the text
 * @param blocks blocks of the grid, over the kernel's symbols; none if that is not positive
 * @param threads threads of a block
 * @param sharedBytes shared memory of a block beside what the text declares
 */
public record LaunchShape(String entry, Dim blocks, int threads, int sharedBytes) {
    private static final int LANES = 32;

    /** The line that texts have before an entry. */
    static final Pattern COMMENT =
            Pattern.compile("^// launch (\\w{1,9999}): (\\d{1,4}) threads, (\\d{1,9}) bytes$", Pattern.MULTILINE);

    /** The line that says all but the number of blocks. */
    String comment() {
        return "// launch " + entry + ": " + threads + " threads, " + sharedBytes + " bytes\n";
    }

    /** The shape of {@code launch}, whose {@link #comment} {@code found} is; empty if that is another's, of more or fewer threads. */
    static Optional<LaunchShape> of(MatchResult found, Stmt launch) {
        int threads = Integer.parseInt(found.group(2));
        return threads == threads(launch)
                ? Optional.of(
                        new LaunchShape(found.group(1), blocks(launch), threads, Integer.parseInt(found.group(3))))
                : Optional.empty();
    }

    /** The shape of {@code launch}. */
    static LaunchShape of(String entry, Stmt launch, int sharedBytes) {
        return new LaunchShape(entry, blocks(launch), Math.toIntExact(threads(launch)), sharedBytes);
    }

    private static Dim blocks(Stmt launch) {
        Dim blocks = Dim.ONE;
        for (Stmt at = launch; at instanceof Stmt.For loop && loop.kind() == LoopKind.BLOCK; at = loop.body()) {
            blocks = blocks.times(loop.extent().max(Dim.ZERO));
        }
        return blocks;
    }

    /** Threads of a block: as many as the largest loop over threads asks for, whole warps where there are loops over warps. */
    static long threads(Stmt launch) {
        long most = most(launch);
        boolean hasWarps =
                Statements.any(launch, part -> part instanceof Stmt.For loop && loop.kind() == LoopKind.WARP);
        return hasWarps ? Math.ceilDiv(most, LANES) * LANES : most;
    }

    private static long most(Stmt statement) {
        long own = statement instanceof Stmt.For loop
                ? switch (loop.kind()) {
                    case THREAD -> loop.extent().constant();
                    case WARP -> loop.extent().constant() * LANES;
                    case SERIAL, PARALLEL, VECTOR, UNROLL, BLOCK, LANE -> 1;
                }
                : 1;
        return statement.parts().stream().mapToLong(LaunchShape::most).reduce(Math.max(1, own), Math::max);
    }
}
