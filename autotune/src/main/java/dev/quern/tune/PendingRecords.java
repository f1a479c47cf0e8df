package dev.quern.tune;

import dev.quern.ModelException;
import dev.quern.tune.ModelTuning.TuningRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes records as they come. What cannot be written ends no tuning: it is kept, and written with what comes next, or at the end. Others that write to the file
 * are waited for until they were waited for in vain; from then on not before the end. Used by one thread.
 */
public final class PendingRecords implements TuningRecorder, AutoCloseable {
    private final TuningRecords records;
    private final TuningRecords hasty;
    private final List<TuningRecord> pending = new ArrayList<>();
    private boolean failed;

    /** Writes to {@code records}. */
    public PendingRecords(TuningRecords records) {
        this.records = records;
        this.hasty = new TuningRecords(records.file(), Duration.ZERO);
    }

    @Override
    public void add(List<TuningRecord> more) {
        pending.addAll(more);
        try {
            write(failed ? hasty : records);
        } catch (ModelException unwritable) {
            failed = true;
        }
    }

    /** Whether something could not be written, be it written by now or not. */
    public boolean hasFailed() {
        return failed;
    }

    /**
     * Writes what could not be written before, if there is any.
     *
     * @throws ModelException if it still cannot, the first time that this is called; it says how much is lost
     */
    @Override
    public void close() {
        int lost = pending.size();
        try {
            write(records);
        } catch (ModelException unwritable) {
            pending.clear();
            throw new ModelException(
                    unwritable.code(),
                    "",
                    lost + (lost == 1 ? " record" : " records") + " of what was found could not be kept: "
                            + unwritable.getMessage(),
                    unwritable);
        }
    }

    private void write(TuningRecords to) {
        to.append(pending);
        pending.clear();
    }
}
