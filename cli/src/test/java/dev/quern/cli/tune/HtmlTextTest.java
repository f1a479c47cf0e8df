package dev.quern.cli.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HtmlTextTest {
    @Test
    void nothingOfATextIsMarkup() {
        assertEquals("&lt;b&gt; &amp;amp; &quot;x&quot; &#39;y&#39;", HtmlText.of("<b> &amp; \"x\" 'y'"));
        assertEquals(
                "a\uFFFDb\uFFFDc\uFFFD", HtmlText.of("a\u202Eb\u0000c\uD800"), "what is not seen is shown as such");
    }

    @Test
    void whatIsPutIntoAPageIsNotLookedAt() {
        String page = HtmlText.page(Map.of("title", "$1 {{notes}}", "notes", "\\", "content", "{{title}}"));
        assertTrue(page.contains("<title>$1 {{notes}}</title>") && page.contains("\n\\\n{{title}}\n"), page);
    }
}
