package dev.quern.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text with aligned columns; columns of numbers to the right. */
final class Table {
    private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9.,e+-]*|-");

    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a row; the first is the head. */
    Table row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    void print(PrintStream out) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        boolean[] words = new boolean[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
                words[column] |= row != rows.getFirst()
                        && !NUMBER.matcher(row.get(column)).matches();
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(column == 0 ? "" : "  ").append(words[column] ? cell + padding : padding + cell);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
