package dev.quern.acceptance.hostile;

import java.util.Optional;

/**
 * A mutant that ended as none may.
 *
 * @param seed which mutant
 * @param signature tells findings apart
 * @param what for people
 */
record Finding(long seed, String signature, String what) {
    private static final String MARK = "FINDING\t";

    /** As a process tells its parent. */
    static String line(long seed, String signature, String what) {
        return MARK + seed + "\t" + plain(signature) + "\t" + plain(what);
    }

    private static String plain(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /** What {@code line} tells, if it tells a finding. */
    static Optional<Finding> of(String line) {
        if (!line.startsWith(MARK)) {
            return Optional.empty();
        }
        String[] parts = line.substring(MARK.length()).split("\t", 3);
        return Optional.of(new Finding(Long.parseLong(parts[0]), parts[1], parts[2]));
    }
}
