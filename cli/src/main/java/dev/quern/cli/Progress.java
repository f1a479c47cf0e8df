package dev.quern.cli;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says on stderr what is going on when it takes longer than a second, and again every ten. */
final class Progress implements AutoCloseable {
    private static final int FIRST_SECONDS = 1;
    private static final int NEXT_SECONDS = 10;

    private final CountDownLatch done = new CountDownLatch(1);

    private Progress() {}

    /** Starts to watch; {@code doing} is what is said, such as {@code "compiling m.onnx"}. */
    static Progress of(PrintStream err, String doing) {
        Progress progress = new Progress();
        Thread.ofVirtual().start(() -> progress.watch(err, doing));
        return progress;
    }

    private void watch(PrintStream err, String doing) {
        try {
            long seconds = FIRST_SECONDS;
            while (!done.await(seconds == FIRST_SECONDS ? FIRST_SECONDS : NEXT_SECONDS, TimeUnit.SECONDS)) {
                err.println("quern: " + doing + (seconds == FIRST_SECONDS ? "" : ", " + seconds + " s"));
                seconds += seconds == FIRST_SECONDS ? NEXT_SECONDS - FIRST_SECONDS : NEXT_SECONDS;
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
    }
}
