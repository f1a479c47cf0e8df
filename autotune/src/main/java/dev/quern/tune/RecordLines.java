package dev.quern.tune;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The lines of a file that anybody may have written to: none of them is held that is longer than records are. What is no UTF-8 is replaced. */
final class RecordLines {
    /** Bytes of the longest line that is a record. */
    static final int LONGEST = 1 << 18;

    private static final int AT_ONCE = 1 << 16;

    private final InputStream in;
    private byte[] line = new byte[1 << 12];
    private long overlong;

    /** Those of {@code in}, from where it is. */
    RecordLines(InputStream in) {
        this.in = new BufferedInputStream(in, AT_ONCE);
    }

    /** The next line that is not too long, without its end; null if there is none. */
    String next() throws IOException {
        int length = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                if (length <= LONGEST) {
                    return text(length);
                }
                overlong++;
                length = 0;
            } else {
                add((byte) next, length);
                length = Math.min(length, LONGEST) + 1;
            }
        }
        if (length > LONGEST) {
            overlong++;
            return null;
        }
        return length == 0 ? null : text(length);
    }

    /** Lines left out so far because they are too long. */
    long overlong() {
        return overlong;
    }

    private void add(byte next, int length) {
        if (length < LONGEST) {
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length] = next;
        }
    }

    private String text(int length) {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }
}
