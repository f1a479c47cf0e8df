package dev.quern.acceptance.judge;

/**
 * How kernels are made and run.
 *
 * @param threads threads that a run may use
 * @param vectorBits width of vectors as system property {@code quern.vector.bits} has it; 0 for scalar code
 */
record RunForm(int threads, int vectorBits) {
    static RunForm of(long seed) {
        int taste = Math.floorMod(seed * 31 + (seed >> 3), 8);
        return new RunForm(taste % 2 == 0 ? 1 : 2, taste < 5 ? 256 : taste == 5 ? 128 : 0);
    }

    /** Scalar code for vectors, vectors for scalar code, and another number of threads. */
    RunForm other() {
        return new RunForm(3 - threads, vectorBits == 0 ? 256 : 0);
    }

    /** Whether a model of this seed is run twice, and in another form. */
    boolean repeats(long seed) {
        return seed % 5 == 0;
    }

    /** Runs an action under this width of vectors. */
    <T> T under(java.util.function.Supplier<T> action) {
        String before = System.getProperty("quern.vector.bits");
        System.setProperty("quern.vector.bits", Integer.toString(vectorBits));
        try {
            return action.get();
        } finally {
            if (before == null) {
                System.clearProperty("quern.vector.bits");
            } else {
                System.setProperty("quern.vector.bits", before);
            }
        }
    }
}
