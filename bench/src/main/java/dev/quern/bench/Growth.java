package dev.quern.bench;

import dev.quern.Options;
import dev.quern.runtime.ModelCompiler;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.function.IntFunction;

/** Prints how the time of a load grows with the layers of a model: the least of several loads in one warm JVM, by the loading thread's processor time. */
public final class Growth {
    private static final int[] TIMES = {1, 2, 4, 8};
    private static final int LOADS = 5;
    private static final int WARM_UP = 12;

    private Growth() {}

    /** For each kind of model a table of its load at 1, 2, 4 and 8 times the layers. */
    public static void main(String[] arguments) {
        table("transformer", 4, LayeredModels::transformer);
        table("dense", 3, LayeredModels::dense);
    }

    private static void table(String kind, int layers, IntFunction<byte[]> model) {
        System.out.printf(
                Locale.ROOT, "%n| %s, layers | load, ms | beside proportion | kernels |%n|---|---|---|---|%n", kind);
        for (int i = 0; i < WARM_UP; i++) {
            load(model.apply(layers));
        }
        double one = 0;
        for (int times : TIMES) {
            byte[] bytes = model.apply(times * layers);
            TimedLoad best = load(bytes);
            for (int i = 1; i < LOADS; i++) {
                TimedLoad again = load(bytes);
                best = again.milliseconds < best.milliseconds ? again : best;
            }
            one = times == 1 ? best.milliseconds : one;
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %.0f | %.2f | %d |%n",
                    times * layers,
                    best.milliseconds,
                    best.milliseconds / one / times,
                    best.kernels);
        }
    }

    private record TimedLoad(double milliseconds, int kernels) {}

    private static TimedLoad load(byte[] model) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Options options = Options.builder().threads(1).noCache().build();
        long begin = threads.getCurrentThreadCpuTime();
        try (var compiled = ModelCompiler.of(options).compile(model)) {
            return new TimedLoad(
                    (threads.getCurrentThreadCpuTime() - begin) / 1e6,
                    compiled.executables().size());
        }
    }
}
