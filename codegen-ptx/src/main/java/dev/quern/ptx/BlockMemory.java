package dev.quern.ptx;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the threads of a block of a launch share, and what is each one's own.
 *
 * @param names how buffers are touched
 * @param apart the strides of buffers of which each thread has elements of its own
 * @param threads of a block
 * @param architecture such as 80
 */
record BlockMemory(ElementNames names, Map<String, Long> apart, long threads, int architecture) {
    private static final int AMPERE = 80;

    /** Registers of a multiprocessor, and of a thread beside its sums and what is multiplied: addresses, counters. */
    private static final long REGISTERS = 1 << 16;

    private static final long OTHER_REGISTERS = 24;
    private static final long MOST_RESIDENT = 8;

    /** The allocations in {@code statement} that several threads of a block see. */
    List<Buffer> common(Stmt statement) {
        List<Buffer> common = new ArrayList<>();
        common(statement, common);
        return common;
    }

    private void common(Stmt statement, List<Buffer> common) {
        if (isOfThreads(statement)) {
            return;
        }
        if (statement instanceof Stmt.Allocate(Buffer buffer, var _) && isShared(buffer)) {
            common.add(buffer);
        }
        statement.parts().forEach(part -> common(part, common));
    }

    private static boolean isOfThreads(Stmt statement) {
        return statement instanceof Stmt.For loop && (loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP);
    }

    /** Whether several threads see the buffer, which is allocated outside loops over threads. */
    boolean isShared(Buffer buffer) {
        return threads > 1 && names.isWrittenByThreads(buffer.name()) && !apart.containsKey(buffer.name());
    }

    /** Bytes of the memory that the threads of a block share. */
    long sharedBytes(Stmt launch) {
        return sharedBytes(launch, 1);
    }

    private long sharedBytes(Stmt statement, int times) {
        if (isOfThreads(statement)) {
            return 0;
        }
        long own = statement instanceof Stmt.Allocate(Buffer buffer, var _) && isShared(buffer)
                ? MemoryCode.sharedBytes(buffer) * times
                : 0;
        int inside = statement instanceof Stmt.Section(var _, Realisation.CopyPipeline(int stages), var _)
                        && pipelined(statement).isPresent()
                ? stages
                : times;
        return own
                + statement.parts().stream()
                        .mapToLong(part -> sharedBytes(part, inside))
                        .sum();
    }

    /** Blocks that a multiprocessor with {@code memory} bytes has room for at once, each thread with the sums that it holds and what is multiplied. */
    long residentBlocks(Stmt launch, long memory) {
        long[] held = {0};
        launch.walk(part -> {
            if (part instanceof Stmt.Allocate(Buffer buffer, var _) && apart.containsKey(buffer.name())) {
                held[0] += buffer.shape().elements().constant() / threads;
            }
        });
        long registers = held[0] + held[0] * 3 / 8 + OTHER_REGISTERS;
        long byMemory = memory / Math.max(1, sharedBytes(launch));
        return Math.max(1, Math.min(MOST_RESIDENT, Math.min(byMemory, REGISTERS / (threads * registers))));
    }

    /** The loop of a pipeline whose copies the device can run ahead, if what follows them touches nothing else that threads share. */
    Optional<PipelinedLoop> pipelined(Stmt statement) {
        return statement instanceof Stmt.Section(var _, Realisation.CopyPipeline _, Stmt.For loop)
                        && architecture >= AMPERE
                        && threads > 1
                ? PipelinedLoop.of(loop)
                        .filter(pipelined -> pipelined.buffers().stream().allMatch(this::isShared))
                        .filter(pipelined -> pipelined.rest().stream()
                                .flatMap(part -> Statements.written(part).stream())
                                .allMatch(apart::containsKey))
                : Optional.empty();
    }

    /** {@code statement} with the loops of other pipelines as they stand. */
    Stmt withoutOtherPipelines(Stmt statement) {
        return statement instanceof Stmt.Section(var _, Realisation.CopyPipeline _, Stmt body)
                        && pipelined(statement).isEmpty()
                ? withoutOtherPipelines(body)
                : Statements.withParts(statement, this::withoutOtherPipelines);
    }
}
