package dev.quern.runtime;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program that runs use, on any number of threads, and that another may take the place of at any time: runs that have begun end with what they began with, and what was replaced
 * is given back when the last of them has.
 */
final class SharedProgram implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    private volatile ProgramUse current;

    /** With {@code program}, which this closes. */
    SharedProgram(PreparedProgram program) {
        this.current = new ProgramUse(program);
    }

    /** The right to run a program until it is closed; one object for all who have it. */
    static final class ProgramUse implements AutoCloseable {
        private final PreparedProgram program;

        /** Runs that have it, and this while it is the current one; at 0 it is not to be had any more. */
        private final AtomicInteger holders = new AtomicInteger(1);

        private ProgramUse(PreparedProgram program) {
            this.program = program;
        }

        PreparedProgram program() {
            return program;
        }

        private boolean isTaken() {
            int now = holders.get();
            while (now != 0) {
                if (holders.compareAndSet(now, now + 1)) {
                    return true;
                }
                now = holders.get();
            }
            return false;
        }

        /** Ends it, for one of those who have it. What a program that was replaced does not give back is no failure of the run that used it last. */
        @Override
        public void close() {
            if (holders.decrementAndGet() == 0) {
                try {
                    program.close();
                } catch (RuntimeException | Error failure) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0}: what was replaced by tuning is not all given back: {1}",
                            program.program().name(),
                            failure.toString());
                }
            }
        }
    }

    /** The program as it is now, for one run. */
    ProgramUse use() {
        ProgramUse now = current;
        while (!now.isTaken()) {
            now = current;
        }
        return now;
    }

    /** The program as it is now, to be looked at. */
    PreparedProgram now() {
        return current.program;
    }

    /** Has runs that begin from now on use {@code other}. Called by one thread. */
    void replace(PreparedProgram other) {
        ProgramUse before = current;
        current = new ProgramUse(other);
        before.close();
    }

    /** Gives the program back; no run may use it. */
    @Override
    public void close() {
        current.program.close();
    }
}
