package dev.quern.ir.text;

import dev.quern.ir.NameText;
import dev.quern.ir.text.grammar.QuernParser;

/** Reads names and quoted texts: the reverse of {@link NameText}. */
final class Quotes {
    private Quotes() {}

    static String name(QuernParser.NameContext context) {
        return context.STRING() == null ? context.getText() : unquoted(context.getText());
    }

    /** The name of {@code %x} or {@code %"x y"}. */
    static String value(String token) {
        return token.charAt(1) == '"' ? unquoted(token.substring(1)) : token.substring(1);
    }

    /** The text between quotes, which the lexer has checked. */
    static String unquoted(String token) {
        StringBuilder text = new StringBuilder();
        for (int at = 1; at < token.length() - 1; at++) {
            char unit = token.charAt(at);
            if (unit != '\\') {
                text.append(unit);
                continue;
            }
            at++;
            switch (token.charAt(at)) {
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(token, at + 1, at + 5, 16));
                    at += 4;
                }
                default -> text.append(token.charAt(at));
            }
        }
        return text.toString();
    }
}
