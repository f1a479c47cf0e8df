package dev.quern.vector;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;

/**
 * Has the JVM compile the methods of kernels as they are called, as soon as their loops are known to be worth it. HotSpot would else meet them in
 * their first calls, in the midst of a loop, and compile them for entering there (on-stack replacement): with all vectors of a tile in
 * variables of the interpreter that takes twice the time, gives ten times the code, and is done again for the next call.
 *
 * <p>Methods are therefore called without buffers, so that they return at once, more often than HotSpot's Tier4MinInvocationThreshold asks
 * for, from which on it compiles a method for what its loops do too, and less often than Tier4InvocationThreshold, which alone
 * would have it compiled, for what it has done so far: nothing. Both grow with the queue of C2, and while kernels run for the first
 * times that is long: the calls of those that {@linkplain #begun have begun} are made up for as it grows.
 */
final class KernelRehearsal {
    private static final System.Logger LOG = System.getLogger("dev.quern.vector");

    /**
     * Calls of each method before it runs first. While C2 has much to do, HotSpot gives a method no profile before its call 2,048
     * (Tier3InvocationThreshold times TieredOldPercentage, looked at every 128 calls), and counts towards C2 only what comes after.
     * A profile without a call that returned at once has C2 leave that way out, so that the next such call throws its code away.
     */
    private static final int FIRST = 3_100;

    /** Calls at a queue that multiplies HotSpot's thresholds by 1: between 600 and 5,000. */
    private static final int USUAL = 1_000;

    private static final int MOST = 100_000;

    /** Methods in the queue, for each compiler, by which the thresholds grow once more: Tier4LoadFeedback. */
    private static final int LOAD_FEEDBACK = 3;

    private static final String QUEUE = "C2 compile queue:";
    private static final long LOOK_MILLIS = 20;
    private static final long LOOK_OFTEN_MILLIS = 4;
    private static final long NEW_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long WATCHED_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final BlockingQueue<KernelNews> EVENTS = new LinkedBlockingQueue<>();

    private KernelRehearsal() {}

    /** That a kernel is there, or begins to run. */
    private record KernelNews(GeneratedKernel kernel, boolean begins) {}

    /** A kernel that runs for the first times. */
    private static final class Beginner {
        private final WeakReference<GeneratedKernel> kernel;
        private final long since = System.nanoTime();
        private int calls = FIRST;

        Beginner(GeneratedKernel kernel) {
            this.kernel = new WeakReference<>(kernel);
        }

        /** Whether it has run for so long that nothing is done for it any more. */
        boolean isOver() {
            GeneratedKernel present = kernel.get();
            boolean over = present == null || System.nanoTime() - since > WATCHED_NANOS;
            if (over && present != null) {
                present.settle();
            }
            return over;
        }

        boolean isNew() {
            return System.nanoTime() - since < NEW_NANOS;
        }

        /** Takes note of whether C2 has it in work. */
        void look(String queues) {
            GeneratedKernel present = kernel.get();
            if (present != null) {
                present.compiling(queues.contains(present.getClass().getName() + "::"));
            }
        }

        void callUpTo(int wanted) {
            GeneratedKernel present = kernel.get();
            if (calls < wanted && present != null) {
                rehearse(present, wanted - calls);
                calls = wanted;
            }
        }
    }

    /** A kernel is there; it has not run yet. */
    static void defined(GeneratedKernel kernel) {
        EVENTS.add(new KernelNews(kernel, false));
    }

    /** A kernel is about to run for the first time. */
    static void begins(GeneratedKernel kernel) {
        EVENTS.add(new KernelNews(kernel, true));
    }

    /**
     * Rehearses kernels as they come, until the thread is interrupted.
     *
     * @param worthIt whether that helps; else they are let go
     */
    static void attend(boolean worthIt) {
        List<Beginner> beginners = new ArrayList<>();
        int compilers = compilers();
        try {
            while (true) {
                long millis = beginners.stream().anyMatch(Beginner::isNew) ? LOOK_OFTEN_MILLIS : LOOK_MILLIS;
                KernelNews event = beginners.isEmpty() ? EVENTS.take() : EVENTS.poll(millis, TimeUnit.MILLISECONDS);
                if (event == null) {
                    String queues = queues();
                    int wanted = wanted(queued(queues), compilers);
                    beginners.forEach(beginner -> beginner.callUpTo(wanted));
                    String names = CompiledMethods.hidden(queues);
                    beginners.forEach(beginner -> beginner.look(names));
                    beginners.removeIf(Beginner::isOver);
                } else if (!worthIt) {
                    event.kernel.settle();
                } else if (event.begins) {
                    beginners.add(new Beginner(event.kernel));
                } else {
                    rehearse(event.kernel, FIRST);
                }
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever happens, the thread goes on to the next kernel: else those that come would be held for good. */
    private static void rehearse(GeneratedKernel kernel, int calls) {
        try {
            kernel.rehearse(calls);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError failed) {
            LOG.log(System.Logger.Level.DEBUG, "a kernel is not rehearsed", failed);
        }
    }

    /** Threads of C2: two in three of all compilers, as HotSpot divides them. */
    private static int compilers() {
        try {
            int all = Integer.parseInt(KernelCompilation.option("CICompilerCount"));
            return Math.max(1, all - Math.max(1, all / 3));
        } catch (JMException | RuntimeException absent) {
            return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        }
    }

    /** Calls that have HotSpot compile a method for what its loops do as well, with so many methods in the queue. */
    static int wanted(int queued, int compilers) {
        return (int) Math.min(MOST, USUAL * ((double) queued / (LOAD_FEEDBACK * compilers) + 1));
    }

    /** What compilers do and what waits for them; nothing where the JVM does not say. */
    private static String queues() {
        try {
            return KernelCompilation.command("compilerQueue");
        } catch (JMException | RuntimeException absent) {
            return "";
        }
    }

    /** Methods that wait for C2, in the words of the JVM. */
    static int queued(String queues) {
        int begin = Math.max(0, queues.indexOf(QUEUE));
        return (int) queues.substring(begin)
                .lines()
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .filter(line -> line.contains("::"))
                .count();
    }
}
