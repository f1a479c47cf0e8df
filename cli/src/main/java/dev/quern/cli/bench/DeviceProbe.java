package dev.quern.cli.bench;

import dev.quern.runtime.ResidentPool;
import dev.quern.tune.DeviceRecord;
import dev.quern.tune.MachineName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what this machine does, in some seconds, and longer while the JVM compiles other code: multiply-adds from registers, what a thread reads from each level of the memory, and the cost of a second thread. What memory gives is the best of several short windows, since what
 * else the machine does makes windows longer, never shorter.
 */
public final class DeviceProbe {
    private static final Path SHARED_CACHE = Path.of("/sys/devices/system/cpu/cpu0/cache/index3/size");
    private static final int WINDOWS = 6;
    private static final long WINDOW_NANOS = 15_000_000;
    private static final int FORKS = 200;

    /** Of a cache, that what is read of it may take, so that it stays there. */
    private static final double SHARE = 0.5;

    /** Bytes that are read as memory, at least; where a cache holds them, twice as many as it holds. */
    private static final long LEAST_FAR = 128L << 20;

    private static final long MOST_FAR = 1L << 30;

    /** Of the heap, for what is read. */
    private static final int SHARE_OF_HEAP = 4;

    /** Floats summed by one call. */
    private static final int CHUNK = 1 << 11;

    private DeviceProbe() {}

    /**
     * Reads it.
     *
     * @param caches bytes of a core's own caches, the nearest first
     */
    public static DeviceRecord read(List<Long> caches) {
        int processors = Runtime.getRuntime().availableProcessors();
        double one = MachinePeak.gigaflops(1);
        double all = processors == 1 ? one : Math.max(one, MachinePeak.gigaflops(processors));
        List<Long> sizes = new ArrayList<>(caches);
        shared().filter(bytes -> bytes > sizes.getLast()).ifPresent(sizes::add);
        float[] data = new float[farFloats(sizes.getLast(), Runtime.getRuntime().maxMemory())];
        Arrays.fill(data, 1f);
        MachinePeak.sumCompiled(data);
        List<DeviceRecord.MemoryLevel> levels = new ArrayList<>();
        for (long bytes : sizes) {
            int floats = (int) Math.min(data.length, bytes * SHARE / Float.BYTES) / CHUNK * CHUNK;
            levels.add(new DeviceRecord.MemoryLevel(bytes, bandwidth(data, Math.max(CHUNK, floats))));
        }
        levels.add(new DeviceRecord.MemoryLevel(Long.MAX_VALUE, bandwidth(data, data.length)));
        return new DeviceRecord(
                MachineName.here(), MachinePeak.vectorBits(), one, all, processors == 1 ? 0 : forkNanos(), levels);
    }

    /** Whether {@code record} is of vectors as wide as this JVM's, which options of the JVM may change. */
    public static boolean isOfThisJvm(DeviceRecord record) {
        return record.vectorBits() == MachinePeak.vectorBits();
    }

    /**
     * Floats that are read as memory. A cache of more than half a GiB, or a heap of less than eight times the largest cache, leaves some of it in the cache: then
     * memory seems faster than it is.
     *
     * @param cache bytes of the largest cache
     * @param heap bytes of the heap at most
     */
    static int farFloats(long cache, long heap) {
        long bytes = Math.min(Math.clamp(2 * cache, LEAST_FAR, MOST_FAR), heap / SHARE_OF_HEAP);
        return Math.max(1, (int) (bytes / Float.BYTES / CHUNK)) * CHUNK;
    }

    /** Bytes of the cache that cores share, where the system says. */
    private static Optional<Long> shared() {
        try {
            String size = Files.readString(SHARED_CACHE).strip();
            return size.matches("[1-9][0-9]{0,7}K")
                    ? Optional.of(Long.parseLong(size.substring(0, size.length() - 1)) << 10)
                    : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private static double bandwidth(float[] data, int floats) {
        double best = 0;
        for (int window = 0; window < WINDOWS; window++) {
            long begin = System.nanoTime();
            long read = 0;
            do {
                float total = 0;
                for (int from = 0; from < floats; from += CHUNK) {
                    total += MachinePeak.sum(data, from, from + CHUNK);
                }
                MachinePeak.keep(total);
                read += floats;
            } while (System.nanoTime() - begin < WINDOW_NANOS);
            best = Math.max(best, (double) Float.BYTES * read / (System.nanoTime() - begin));
        }
        return best;
    }

    private static double forkNanos() {
        long least = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS; window++) {
            long begin = System.nanoTime();
            for (int fork = 0; fork < FORKS; fork++) {
                ResidentPool.shared().run((from, to) -> MachinePeak.keep(to), 2, 1, 2);
            }
            least = Math.min(least, (System.nanoTime() - begin) / FORKS);
        }
        return least;
    }
}
