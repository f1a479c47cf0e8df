package dev.quern.passes.memory;

import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * What one step of a program does to memory.
 *
 * @param reads values read
 * @param writes values defined
 * @param inPlace values read whose memory the only value written may take
 */
public record StepAccesses(List<Value> reads, List<Value> writes, List<Value> inPlace) {
    public StepAccesses {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        inPlace = List.copyOf(inPlace);
    }

    /** The only value written. */
    Optional<Value> onlyWrite() {
        return writes.size() == 1 ? Optional.of(writes.getFirst()) : Optional.empty();
    }
}
