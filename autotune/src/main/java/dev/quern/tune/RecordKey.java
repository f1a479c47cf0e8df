package dev.quern.tune;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.KernelPrinter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a time is of: it says nothing of another kernel, on another device, or of another build.
 *
 * @param signature a digest of the kernel before it is scheduled, and of which of its parameters are constants
 * @param device the machine, the target and the threads that a run may use, in words
 * @param versions of Quern and of what runs its code
 */
public record RecordKey(String signature, String device, String versions) {
    /** The key of {@code kernel}, whose parameters {@code constants} are constants. */
    public static RecordKey of(Kernel kernel, Set<String> constants, String device, String versions) {
        return new RecordKey(
                digest(KernelPrinter.print(kernel) + "constants " + new TreeSet<>(constants)), device, versions);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JVM has SHA-256", absent);
        }
    }
}
