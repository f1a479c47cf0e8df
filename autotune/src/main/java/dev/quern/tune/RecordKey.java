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
 * @param versions the build of Quern, and the version of what runs its code
 */
public record RecordKey(String signature, String device, String versions) {
    /** The key of {@code kernel} on a device, by this build. */
    public static RecordKey of(TunedKernel kernel, String device) {
        return of(kernel.step().kernel(), kernel.constants(), device);
    }

    /** The key of {@code kernel}, whatever it is called, whose parameters {@code constants} are constants, by this build. */
    public static RecordKey of(Kernel kernel, Set<String> constants, String device) {
        return of(kernel, constants, device, TuningVersions.here());
    }

    /** The same of another build. */
    static RecordKey of(Kernel kernel, Set<String> constants, String device, String versions) {
        String text = KernelPrinter.print(nameless(kernel));
        return new RecordKey(digest(text + "constants " + new TreeSet<>(constants)), device, versions);
    }

    private static Kernel nameless(Kernel kernel) {
        return new Kernel(
                "kernel",
                kernel.template(),
                kernel.symbols(),
                kernel.parameters(),
                kernel.results(),
                kernel.roles(),
                kernel.body());
    }

    /** SHA-256 of {@code text} in hexadecimal. */
    static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JVM has SHA-256", absent);
        }
    }
}
