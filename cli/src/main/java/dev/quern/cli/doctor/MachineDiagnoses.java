package dev.quern.cli.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** What this process, and the machine under it, are like. */
public final class MachineDiagnoses {
    private static final int VERSION = 25;

    /** Vectors narrower than this are those of no processor of the last fifteen years; the JVM gives them where it has none. */
    private static final int NARROW_BITS = 128;

    /** Options of the JVM that keep C2 away from kernels, or from when it should have them. */
    private static final List<String> HINDRANCES =
            List.of("-Xint", "TieredStopAtLevel", "-TieredCompilation", "CompileThreshold", "UseJVMCICompiler");

    private MachineDiagnoses() {}

    /** All of them. */
    public static List<Diagnosis> all(Optional<Path> cache) {
        List<Diagnosis> diagnoses = new ArrayList<>();
        diagnoses.add(java());
        diagnoses.add(vectors());
        diagnoses.add(compiler(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        diagnoses.add(memory());
        diagnoses.add(cache(cache));
        return diagnoses;
    }

    private static Diagnosis java() {
        String found = System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.name") + ", "
                + System.getProperty("java.vendor") + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
        return Runtime.version().feature() == VERSION
                ? Diagnosis.ok("Java", found)
                : new Diagnosis("Java", Diagnosis.Health.NOTE, found, "Quern is tested with Java " + VERSION);
    }

    private static Diagnosis vectors() {
        try {
            int bits = Bits.preferred();
            String found = bits + " bits, " + bits / Float.SIZE + " floats";
            return bits >= NARROW_BITS
                    ? Diagnosis.ok("Vectors", found)
                    : new Diagnosis(
                            "Vectors",
                            Diagnosis.Health.NOTE,
                            found,
                            "the JVM knows no vectors of this processor; kernels are scalar code");
        } catch (LinkageError absent) {
            return new Diagnosis(
                    "Vectors",
                    Diagnosis.Health.NOTE,
                    "the module jdk.incubator.vector is not there, so kernels are scalar code",
                    "start the JVM with --add-modules jdk.incubator.vector");
        }
    }

    /** Loaded only where the module is there. */
    private static final class Bits {
        static int preferred() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }

    static Diagnosis compiler(List<String> arguments) {
        List<String> hindering = arguments.stream()
                .filter(argument -> HINDRANCES.stream().anyMatch(argument::contains))
                .toList();
        if (!hindering.isEmpty()) {
            return new Diagnosis(
                    "JIT compiler",
                    Diagnosis.Health.NOTE,
                    "told otherwise by " + String.join(" ", hindering),
                    "leave the option out: kernels reach their speed by C2 alone");
        }
        String name = ManagementFactory.getCompilationMXBean().getName();
        return Diagnosis.ok("JIT compiler", name + ", as the JVM sets it up");
    }

    private static Diagnosis memory() {
        Runtime runtime = Runtime.getRuntime();
        return Diagnosis.ok(
                "Processors and memory",
                runtime.availableProcessors() + " processors, heap of at most " + size(runtime.maxMemory()));
    }

    static Diagnosis cache(Optional<Path> folder) {
        if (folder.isEmpty()) {
            return new Diagnosis(
                    "Cache",
                    Diagnosis.Health.NOTE,
                    "none",
                    "without -Dquern.cache=off, what is compiled is kept and the next process loads faster");
        }
        Path path = folder.get().toAbsolutePath();
        Path present = path;
        while (present.getParent() != null && !Files.exists(present)) {
            present = present.getParent();
        }
        if (!Files.isDirectory(present) || !Files.isWritable(present)) {
            return new Diagnosis(
                    "Cache",
                    Diagnosis.Health.NOTE,
                    path + " cannot be written to, because " + present + " cannot",
                    "mend it, or name another by -Dquern.cache=FOLDER; until then every process compiles anew");
        }
        if (!present.equals(path)) {
            return Diagnosis.ok("Cache", path + ", not there yet");
        }
        try (Stream<Path> files = Files.walk(path)) {
            long bytes = 0;
            long count = 0;
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                bytes += Files.size(file);
                count++;
            }
            return Diagnosis.ok("Cache", path + ", " + count + " files, " + size(bytes));
        } catch (IOException | UncheckedIOException changing) {
            return Diagnosis.ok("Cache", path.toString());
        }
    }

    /** Bytes in the unit that leaves few digits. */
    static String size(long bytes) {
        double mebibytes = bytes / 1024.0 / 1024;
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }
}
