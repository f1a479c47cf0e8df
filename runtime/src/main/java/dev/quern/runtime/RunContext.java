package dev.quern.runtime;

/**
 * What one run of a model has, its bodies included.
 *
 * @param pool threads that help
 * @param threads participants of a kernel at most, the caller included
 * @param poison whether dead memory is overwritten
 * @param budget what the run may still allocate
 * @param maxIterations of one loop
 * @param watch ends the run early
 * @param host evaluates nodes
 * @param listener told of each step; null for nobody
 * @param given inputs of the model that the caller gives away
 * @param fitting runs bodies whose guards do not hold; null while the whole model has not been compiled for its inputs
 */
record RunContext(
        ResidentPool pool,
        int threads,
        boolean poison,
        MemoryBudget budget,
        long maxIterations,
        Watch watch,
        HostEvaluator host,
        StepListener listener,
        GivenInputs given,
        Fitting fitting) {
    /** This with {@code other} to run bodies whose guards do not hold. */
    RunContext fitting(Fitting other) {
        return new RunContext(pool, threads, poison, budget, maxIterations, watch, host, listener, given, other);
    }
}
