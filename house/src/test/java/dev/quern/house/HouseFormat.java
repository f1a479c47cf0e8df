package dev.quern.house;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;

/** The one format of the project's Java: palantir-java-format, four spaces, 120 columns. */
final class HouseFormat {
    private static final JavaFormatterOptions.Style STYLE = JavaFormatterOptions.Style.PALANTIR;

    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(STYLE).build());

    /** The text as the project formats it: imports ordered and unused ones removed, then laid out. */
    String apply(String source) throws FormatterException {
        String tidy = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), STYLE);
        return formatter.formatSource(tidy);
    }
}
