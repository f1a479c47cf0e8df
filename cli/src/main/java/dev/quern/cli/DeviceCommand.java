package dev.quern.cli;

import dev.quern.Options;
import dev.quern.cli.bench.DeviceProbe;
import dev.quern.ir.backend.Target;
import dev.quern.runtime.BackendChoice;
import dev.quern.tune.DeviceRecord;
import dev.quern.tune.DeviceRecords;
import dev.quern.tune.MachineName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quern device}: what this machine does. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what this machine does: multiply-adds from registers, what a thread reads from each cache and from memory, and what it costs to hand work to another thread. "
                    + "It is read once, in some seconds, and kept beside what is compiled, for each processor and Java; quern explain predicts times by it.",
            "On a machine that others use, or that is at work, figures are lower: read them again with --measure."
        })
final class DeviceCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--measure", description = "Read them again, and keep what is read.")
    private boolean measure;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    DeviceCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        DeviceRecord record = record(session, measure);
        if (json) {
            session.out().println(record.text());
            return ExitStatus.OK;
        }
        session.out().println(record.machine());
        session.out()
                .println(text("multiply-adds  %.1f GFLOP/s a thread, ", record.gigaflops())
                        + text("%.1f all", record.gigaflopsOfAll()) + ", vectors of " + record.vectorBits() + " bits");
        for (DeviceRecord.MemoryLevel level : record.levels()) {
            boolean isMemory = level.bytes() == Long.MAX_VALUE;
            session.out()
                    .println((isMemory ? "memory         " : "cache          ")
                            + text("%.1f GB/s a thread", level.gigabytesPerSecond())
                            + (isMemory ? "" : ", " + (level.bytes() >> 10) + " KiB"));
        }
        session.out().println(text("another thread %.1f us", record.forkNanos() / 1e3));
        if (records(session).find(record.machine()).equals(Optional.of(record))) {
            session.out().println("kept in " + records(session).file(record.machine()));
        }
        return ExitStatus.OK;
    }

    /**
     * The record of this machine, read where there is none of these vectors. Where it cannot be kept, that is said, and it is read again the next time.
     *
     * @param anew whether it is read in any case
     */
    static DeviceRecord record(Session session, boolean anew) {
        DeviceRecords records = records(session);
        Optional<DeviceRecord> known =
                anew ? Optional.empty() : records.find(MachineName.here()).filter(DeviceProbe::isOfThisJvm);
        if (known.isPresent()) {
            return known.get();
        }
        DeviceRecord read;
        try (Progress _ = Progress.of(session.err(), "reading what this machine does")) {
            read = session.measuring().device().apply(caches());
        }
        try {
            records.keep(read);
        } catch (IOException unwritable) {
            session.err()
                    .println("quern: " + records.file(read.machine()) + " cannot be written (" + unwritable
                            + "); what was read is not kept");
        }
        return read;
    }

    private static DeviceRecords records(Session session) {
        Path folder = Options.defaults()
                .cache()
                .orElseGet(() -> ModelCache.of(session).folder());
        return new DeviceRecords(folder);
    }

    /** Bytes of the caches of a core, as the target has them. */
    private static List<Long> caches() {
        Target target = BackendChoice.forDevice("cpu").target(1);
        List<Long> caches = new ArrayList<>();
        if (target instanceof Target.Processor processor) {
            caches.add(processor.levelOneBytes());
            if (processor.levelTwoBytes() > processor.levelOneBytes()) {
                caches.add(processor.levelTwoBytes());
            }
        }
        return caches;
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
