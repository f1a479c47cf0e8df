package dev.quern.ir.backend;

/**
 * What a schedule may count on in a device.
 *
 * @param name such as {@code jvm-512} or {@code sm_90}
 * @param vectorBits widest vector, 0 for scalar code only
 * @param vectorRegisters vector registers of that width
 * @param threads threads that work on one kernel
 * @param levelOneBytes first-level data cache of a core
 * @param levelTwoBytes second-level cache of a core
 */
public record Target(
        String name, int vectorBits, int vectorRegisters, int threads, long levelOneBytes, long levelTwoBytes) {
    /** A target for scalar code, for tests and for JVMs without the vector module. */
    public static Target scalar(int threads) {
        return new Target("jvm-scalar", 0, 16, threads, 32 << 10, 1 << 20);
    }

    /** Lanes of a vector of {@code bits}-wide elements, 1 without vectors. */
    public int lanes(int bits) {
        return Math.max(1, vectorBits / bits);
    }
}
