package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that adds records to a file, one at a time, and says of each that it was added. */
public final class RecordsWriter {
    /** So long that a line is often cut where its writer is killed. */
    private static final String REMARK = "x".repeat(RecordLines.LONGEST / 2);

    private RecordsWriter() {}

    /** Adds as many records as the third argument says to the file that the first names, under the name that the second gives. */
    public static void main(String[] arguments) {
        TuningRecords records = new TuningRecords(Path.of(arguments[0]));
        for (int number = 0; number < Integer.parseInt(arguments[2]); number++) {
            records.append(List.of(record(arguments[1], number)));
            System.out.println(number);
            System.out.flush();
        }
    }

    /** The record number {@code number} of {@code writer}. */
    static TuningRecord record(String writer, int number) {
        return new TuningRecord(
                new RecordKey("signature", "a machine", "1"),
                Map.of(),
                "copy",
                new Candidate("c" + number, Schedule.NONE).name(),
                "",
                TrialOutcome.TrialStatus.MEASURED,
                100 + number,
                REMARK,
                writer,
                "2026-11-26T10:00:00Z");
    }
}
