package dev.quern.runtime.archive;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of an archive, a zip comment that tells where the manifest is.
 *
 * @param manifest where the manifest begins in the file
 * @param length of the manifest, in bytes
 * @param mark where its mark begins
 */
record Trailer(long manifest, int length, long mark) {
    private static final Pattern FORM = Pattern.compile("quern-archive ([0-9a-f]{16}) ([0-9a-f]{8}) ([0-9a-f]{16})");

    /** Bytes at the end of a file that tell whether it is an archive. */
    static final int BYTES = text(0, 0, 0).length();

    static String text(long manifest, int length, long mark) {
        return String.format(Locale.ROOT, "quern-archive %016x %08x %016x", manifest, length, mark);
    }

    /** What the last {@link #BYTES} of a file say; empty if that is no archive of this format. */
    static Optional<Trailer> of(byte[] end) {
        Matcher matcher = FORM.matcher(new String(end, StandardCharsets.US_ASCII));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Trailer(
                Long.parseUnsignedLong(matcher.group(1), 16),
                Integer.parseUnsignedInt(matcher.group(2), 16),
                Long.parseUnsignedLong(matcher.group(3), 16)));
    }
}
