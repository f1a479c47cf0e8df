package dev.quern.acceptance.judge;

import java.util.regex.Pattern;

/**
 * What came of a model.
 *
 * @param verdict the kind
 * @param detail what was expected and found, or the message
 */
public record ModelOutcome(Verdict verdict, String detail) {
    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern NAMED = Pattern.compile("\\b[vcxd][0-9]+\\b");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");
    private static final Pattern LISTED = Pattern.compile("\\[.*]|\\{.*}");
    private static final Pattern OPERATOR = Pattern.compile("\\([A-Z][A-Za-z#]*\\)");
    private static final int LONGEST = 110;

    /** The detail without names and numbers, for histograms. */
    public String reason() {
        String text = QUOTED.matcher(detail.lines().findFirst().orElse("")).replaceAll("…");
        text = NAMED.matcher(text).replaceAll("…");
        text = LISTED.matcher(NUMBER.matcher(text).replaceAll("#")).replaceAll("[…]");
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }

    /** What two models have in common that fail for one reason, as far as can be told. */
    public String signature() {
        return switch (verdict) {
            case EXCEPTION -> verdict + " " + OPERATOR.matcher(reason()).replaceAll("()") + innermost();
            case DIFFERS_FROM_PEER -> verdict + " " + reason().replaceAll(":.*", "");
            case CALLED_INVALID, REFUSED, REFUSED_BY_BOTH ->
                verdict + " " + OPERATOR.matcher(reason()).replaceAll("()").replaceAll("\\[.*", "");
            default -> verdict.toString();
        };
    }

    /** The deepest cause and where it was thrown. */
    private String innermost() {
        String last = "";
        String place = "";
        for (String line : detail.split("\n")) {
            String text = line.strip();
            if (text.startsWith("Caused by")) {
                last = NUMBER.matcher(QUOTED.matcher(text).replaceAll("…")).replaceAll("#");
                place = "";
            } else if (place.isEmpty() && text.startsWith("at ")) {
                place = text.replaceAll("\\(.*", "");
            }
        }
        return " " + last + " " + place;
    }

    @Override
    public String toString() {
        return verdict + ": " + detail;
    }
}
