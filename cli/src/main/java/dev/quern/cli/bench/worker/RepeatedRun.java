package dev.quern.cli.bench.worker;

import dev.quern.Tensor;
import java.util.Map;

/** A loaded model that can be run again and again. */
interface RepeatedRun {
    /** Takes the inputs of every run. */
    void bind(Map<String, Tensor> inputs);

    /** Runs it once. */
    void run();
}
