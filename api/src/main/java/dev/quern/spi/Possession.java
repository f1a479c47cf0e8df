package dev.quern.spi;

import dev.quern.ModelException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whose the memory of a tensor is: the caller's, some runs reading it, or given away for good. Shared by the tensors that are
 * made of one another by {@code reshape}. Thread-safe.
 */
public final class Possession {
    private static final int GIVEN = -1;

    private final MemorySegment memory;
    private final AtomicInteger readers = new AtomicInteger();

    /** Of memory as the caller has it, which may be read-only; null for strings. */
    public Possession(MemorySegment memory) {
        this.memory = memory;
    }

    /** Whether the memory was given away. */
    public boolean isGiven() {
        return readers.get() == GIVEN;
    }

    /**
     * Keeps the memory from being given away until {@link #release}.
     *
     * @throws ModelException if it was
     */
    public void hold(String where) {
        int before = readers.getAndUpdate(count -> count == GIVEN ? GIVEN : count + 1);
        if (before == GIVEN) {
            throw given(where);
        }
    }

    /** Ends a {@link #hold}. */
    public void release() {
        readers.decrementAndGet();
    }

    /**
     * Gives the memory away: who calls this may write it, and nobody else reads it any more. Null for strings.
     *
     * @throws ModelException if it was given away, or something holds it
     */
    public MemorySegment give(String where) {
        if (!readers.compareAndSet(0, GIVEN)) {
            if (isGiven()) {
                throw given(where);
            }
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    where,
                    "a run reads this tensor, as another input or on another thread; expected nothing else to use what is"
                            + " given away; let that run end, or give a copy");
        }
        return memory;
    }

    /** What a reader of memory that was given away is told. */
    public static ModelException given(String where) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                where,
                "the tensor was given to a run, whose results may lie in its memory; use the results of that run");
    }
}
