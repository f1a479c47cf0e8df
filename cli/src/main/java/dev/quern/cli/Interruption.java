package dev.quern.cli;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a command end with what it has when the user presses Ctrl-C: the process waits until it has told that, half a minute at most. */
final class Interruption implements AutoCloseable {
    private static final int MOST_SECONDS = 30;

    private final PrintStream err;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::ask, "quern-interruption");
    private volatile boolean asked;

    private Interruption(PrintStream err) {
        this.err = err;
    }

    /** From now on until it is closed; what it makes of Ctrl-C it says on {@code err}. */
    static Interruption begin(PrintStream err) {
        Interruption interruption = new Interruption(err);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    private void ask() {
        asked = true;
        err.println("quern: ending with what was found");
        err.flush();
        try {
            if (!done.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                err.println("quern: ended before what was found could be shown; what was timed is recorded");
                err.flush();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the process is asked to end. */
    boolean isAsked() {
        return asked;
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // Then the hook has run its course.
        }
    }
}
