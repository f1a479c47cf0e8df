package dev.quern.tune;

/**
 * A kernel of a model, to be tuned for what it takes of a run.
 *
 * @param name the kernel's
 * @param origin the node or nodes of the first step that runs it
 * @param kernel the kernel at the sizes of the run
 * @param key what records call it
 * @param steps of a run that it is
 * @param share of a run that they take, from 0 to 1
 */
public record TuningTask(String name, String origin, TunedKernel kernel, RecordKey key, int steps, double share) {}
