package dev.quern.tune;

/** Whether a machine has nothing to do but what is timed on it. May be asked by several threads. */
public interface IdleMachine {
    /** A machine on which nothing but what is timed is ever done. */
    IdleMachine ALWAYS = new IdleMachine() {
        @Override
        public long await() {
            return 0;
        }

        @Override
        public boolean isStill(long mark) {
            return true;
        }

        @Override
        public boolean isBusy() {
            return false;
        }
    };

    /** Waits until others are done, or nobody is interested any more; a mark of that moment. */
    long await();

    /** Whether others have begun nothing since {@code mark}. */
    boolean isStill(long mark);

    /** Whether others are at it, and what is timed is in their way. */
    boolean isBusy();
}
