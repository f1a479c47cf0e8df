package dev.quern.bench;

import dev.quern.runtime.ResidentPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to hand a range to the pool's threads and to wait for them: work that takes the same time in all, done alone and
 * shared, right after other work and after a pause in which the threads have gone to sleep.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Benchmark)
public class HandOver {
    private static final int EXTENT = 64;
    private static final long PAUSE_NANOSECONDS = 200_000;

    /** Threads, the caller included. */
    @Param({"1", "2"})
    public int participants;

    /** The harness's unit of work, about a nanosecond, in the whole range. */
    @Param({"0", "10000", "100000"})
    public long work;

    private final ResidentPool pool = ResidentPool.shared();

    /** For the harness. */
    public HandOver() {}

    /** One range after the other. */
    @Benchmark
    public void busy() {
        share();
    }

    /** A range after a pause longer than the threads spin; the pause is part of the time, and the same for every case. */
    @Benchmark
    public void rested() {
        long until = System.nanoTime() + PAUSE_NANOSECONDS;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        share();
    }

    private void share() {
        long each = work / EXTENT;
        pool.run(
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        Blackhole.consumeCPU(each);
                    }
                },
                EXTENT,
                EXTENT / (4L * participants),
                participants);
    }
}
