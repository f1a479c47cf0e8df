package dev.quern.acceptance.hostile;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The process that tries mutants, in a heap as small as its parent gave it. It may die of one: what it did until then is in a
 * mapped file, and the parent starts another that goes on behind.
 */
final class TrialProcess {
    /** The mapped file: the next seed, then a count for each stage. */
    static final int BYTES = 8 * (1 + HostileTrial.HostileStage.values().length);

    /** Status of a process that gave up on a mutant that does not end. */
    static final int HUNG = 44;

    /** Seeds that are tried before the first mutant, so that no mutant is measured in a cold process. */
    private static final int WARM_UP_FILES = 80;

    /** What each seed may take, while the compiler is cold. */
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    /** Processor time after which a mutant is not waited for. */
    private static final long GIVE_UP_NANOS = 20_000_000_000L;

    private TrialProcess() {}

    /** Usage: {@code FIRST LAST PROGRESS MILLISECONDS}; tries the seeds from FIRST to LAST, or until the time is over. */
    public static void main(String[] arguments) throws IOException {
        long last = Long.parseLong(arguments[1]);
        long end = System.nanoTime() + Long.parseLong(arguments[3]) * 1_000_000;
        Corpus corpus = Corpus.load();
        corpus.bytes().stream().limit(WARM_UP_FILES).forEach(file -> HostileTrial.of(file, WARM_UP));
        try (FileChannel channel =
                FileChannel.open(Path.of(arguments[2]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer progress = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            watch(Thread.currentThread(), progress);
            for (long seed = Long.parseLong(arguments[0]); seed <= last && System.nanoTime() < end; seed++) {
                HostileTrial trial = HostileTrial.of(corpus.mutant(seed));
                trial.finding().ifPresent(tell(seed, trial.signature()));
                int count = 8 * (1 + trial.stage().ordinal());
                progress.putLong(count, progress.getLong(count) + 1);
                progress.putLong(0, seed + 1);
            }
        }
        System.exit(0);
    }

    private static java.util.function.Consumer<String> tell(long seed, String signature) {
        return finding -> {
            System.out.println(Finding.line(seed, signature, finding));
            System.out.flush();
        };
    }

    private static void watch(Thread worker, ByteBuffer progress) {
        Thread.ofPlatform().daemon().start(() -> {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long seed = -1;
            long since = 0;
            while (true) {
                long now = threads.getThreadCpuTime(worker.threadId());
                if (progress.getLong(0) != seed) {
                    seed = progress.getLong(0);
                    since = now;
                } else if (now - since > GIVE_UP_NANOS) {
                    ThreadInfo info = threads.getThreadInfo(worker.threadId(), 60);
                    tell(seed, "never ends in " + place(info)).accept("does not end");
                    Runtime.getRuntime().halt(HUNG);
                }
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
        });
    }

    private static String place(ThreadInfo info) {
        for (StackTraceElement frame : info.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.quern.")
                    && !frame.getClassName().contains("hostile")) {
                return frame.getClassName().substring("dev.quern.".length()) + "." + frame.getMethodName();
            }
        }
        return "the platform";
    }
}
