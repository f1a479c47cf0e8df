package dev.quern.runtime;

import dev.quern.ModelException;

/** What one run may still allocate. Used by the thread that runs. */
final class MemoryBudget {
    private final long limit;
    private long used;

    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /**
     * Takes {@code bytes} before they are allocated.
     *
     * @param owner what they are for, for the message
     * @throws ModelException if the limit would be passed
     */
    void charge(long bytes, String owner) {
        if (bytes > limit - used) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    owner,
                    "needs " + bytes + " bytes of working memory" + (used == 0 ? "" : " beside the " + used + " in use")
                            + ", maxMemory is " + limit + "; raise maxMemory or give smaller inputs");
        }
        used += bytes;
    }

    /** Gives {@code bytes} back. */
    void refund(long bytes) {
        used -= bytes;
    }

    /** Bytes that may still be taken. */
    long left() {
        return limit - used;
    }
}
