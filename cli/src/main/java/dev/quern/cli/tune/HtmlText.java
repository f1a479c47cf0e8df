package dev.quern.cli.tune;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text in a page: whatever a name contains, a page shows it and does nothing else. */
final class HtmlText {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");

    /** Control characters, and those that turn the direction of what follows. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}]");

    private HtmlText() {}

    /** {@code text} as it stands in an element or in an attribute in quotes. */
    static String of(String text) {
        return INVISIBLE
                .matcher(text)
                .replaceAll("\uFFFD")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A paragraph for each of {@code texts}. */
    static String paragraphs(List<String> texts) {
        StringBuilder paragraphs = new StringBuilder();
        texts.forEach(text ->
                paragraphs.append("<p class=\"quiet\">").append(of(text)).append("</p>\n"));
        return paragraphs.toString();
    }

    /** The template of pages, each {@code {{name}}} in it replaced by what {@code markup} has under that name; what that contains is not looked at. */
    static String page(Map<String, String> markup) {
        return PLACE.matcher(template()).replaceAll(place -> Matcher.quoteReplacement(markup.get(place.group(1))));
    }

    private static String template() {
        try (InputStream page = HtmlText.class.getResourceAsStream("page.html")) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
