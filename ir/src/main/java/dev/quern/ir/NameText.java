package dev.quern.ir;

import java.util.Set;

/**
 * How a name is written in text: as it is if it reads as one word, otherwise in quotes. So texts of names that come from
 * models, such as {@code past + 1}, cannot be taken for something else.
 */
public final class NameText {
    /** The words that mean something in the text form. */
    private static final Set<String> RESERVED = Set.of(
            "alloc",
            "along",
            "else",
            "for",
            "graph",
            "guard",
            "if",
            "in",
            "into",
            "kernel",
            "layout",
            "let",
            "reads",
            "reduction",
            "relays",
            "return",
            "roles",
            "schedule",
            "section",
            "symbols",
            "template",
            "writes");

    private NameText() {}

    /** {@code name}, quoted unless it is letters, digits and underscores in parts joined by dots, and no keyword. */
    public static String of(String name) {
        return isWord(name) && !RESERVED.contains(name) ? name : quote(name);
    }

    private static boolean isWord(String name) {
        boolean partStarts = true;
        for (int at = 0; at < name.length(); at++) {
            char letter = name.charAt(at);
            boolean digit = letter >= '0' && letter <= '9';
            boolean word = digit || letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter == '_';
            boolean dot = letter == '.' && !partStarts;
            if (!(word || dot) || digit && at == 0) {
                return false;
            }
            partStarts = dot;
        }
        return !partStarts;
    }

    /**
     * {@code text} in double quotes. Characters that are not seen, or that reorder what is seen, are written
     * as a backslash, {@code u} and four hexadecimal digits.
     */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> append(quoted, point);
            }
        }
        return quoted.append('"').toString();
    }

    private static void append(StringBuilder quoted, int point) {
        switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> {
                for (char unit : Character.toChars(point)) {
                    quoted.append(String.format("\\u%04x", (int) unit));
                }
            }
            default -> quoted.appendCodePoint(point);
        }
    }
}
