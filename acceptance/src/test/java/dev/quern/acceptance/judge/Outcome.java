package dev.quern.acceptance.judge;

import java.util.regex.Pattern;

/**
 * What came of a model.
 *
 * @param verdict the kind
 * @param detail what was expected and found, or the message
 */
public record Outcome(Verdict verdict, String detail) {
    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern NAMED = Pattern.compile("\\b[vcxd][0-9]+\\b");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");
    private static final int LONGEST = 110;

    /** The detail without names and numbers, for histograms. */
    public String reason() {
        String text = QUOTED.matcher(detail.lines().findFirst().orElse("")).replaceAll("…");
        text = NAMED.matcher(text).replaceAll("…");
        text = NUMBER.matcher(text).replaceAll("#");
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }

    @Override
    public String toString() {
        return verdict + ": " + detail;
    }
}
