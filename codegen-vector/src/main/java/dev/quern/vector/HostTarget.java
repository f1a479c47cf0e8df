package dev.quern.vector;

import dev.quern.ModelException;
import dev.quern.ir.backend.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What the machine that this JVM runs on has. */
final class HostTarget {
    private static final String OVERRIDE = "quern.vector.bits";
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final long LEVEL_ONE_BYTES = 32 << 10;
    private static final long LEVEL_TWO_BYTES = 512 << 10;

    private HostTarget() {}

    /** Vectors are of the preferred width unless system property {@code quern.vector.bits} (0, 128, 256 or 512) says otherwise. */
    static Target discover(int threads) {
        int bits = vectorBits();
        String name = bits == 0 ? "jvm-scalar" : "jvm-" + bits;
        int registers = bits == 512 || System.getProperty("os.arch").equals("aarch64") ? 32 : 16;
        return new Target.Processor(
                name,
                bits,
                registers,
                threads,
                cacheBytes(1, LEVEL_ONE_BYTES),
                cacheBytes(2, LEVEL_TWO_BYTES),
                HotSpotBudget.BUDGET);
    }

    /** Of the vectors that kernels use; 0 if this JVM has none. */
    static int vectorBits() {
        String override = System.getProperty(OVERRIDE);
        if (override != null && !List.of("0", "128", "256", "512").contains(override)) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    OVERRIDE,
                    "vectors of " + override + " bits, expected 0, 128, 256 or 512");
        }
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (!present || "0".equals(override)) {
            return 0;
        }
        return override == null ? Preferred.bits() : Integer.parseInt(override);
    }

    /** Apart, so that the vector module is asked only where it is present. */
    private static final class Preferred {
        static int bits() {
            return Math.min(512, jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize());
        }
    }

    private static long cacheBytes(int level, long otherwise) {
        for (int index = 0; index < 8; index++) {
            Path cache = CACHES.resolve("index" + index);
            if (read(cache.resolve("level")).equals(Integer.toString(level))
                    && !read(cache.resolve("type")).equals("Instruction")) {
                return bytes(read(cache.resolve("size")), otherwise);
            }
        }
        return otherwise;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    /** A size such as {@code 48K}. */
    private static long bytes(String size, long otherwise) {
        String text = size.toUpperCase(Locale.ROOT);
        if (!text.matches("[1-9][0-9]{0,8}[KM]?")) {
            return otherwise;
        }
        long unit = text.endsWith("K") ? 1 << 10 : text.endsWith("M") ? 1 << 20 : 1;
        return unit * Long.parseLong(text.replaceAll("[KM]", ""));
    }
}
