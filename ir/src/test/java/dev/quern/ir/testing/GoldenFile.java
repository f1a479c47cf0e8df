package dev.quern.ir.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares text with a file under {@code src/test/golden} of the module whose tests run. {@code -Dquern.bless=true} writes the
 * file instead; read the difference before committing it.
 */
public final class GoldenFile {
    private static final int CONTEXT = 3;

    private final Path folder;
    private final boolean bless;

    GoldenFile(Path folder, boolean bless) {
        this.folder = folder;
        this.bless = bless;
    }

    /**
     * Fails with a difference by lines unless {@code text} is what {@code src/test/golden/NAME.qir} holds.
     *
     * @param name small letters, digits and underscores; that of the pass or test
     */
    public static void check(String name, String text) {
        check(name, "qir", text);
    }

    /** The same with the file {@code src/test/golden/NAME.EXTENSION}. */
    public static void check(String name, String extension, String text) {
        new GoldenFile(Path.of("src", "test", "golden"), Boolean.getBoolean("quern.bless"))
                .compare(name, extension, text);
    }

    void compare(String name, String text) {
        compare(name, "qir", text);
    }

    private void compare(String name, String extension, String text) {
        if (!name.matches("[a-z0-9_]+")) {
            throw new IllegalArgumentException(
                    "expected a name of small letters, digits and underscores, found " + name);
        }
        Path file = folder.resolve(name + "." + extension);
        try {
            String golden = Files.exists(file) ? Files.readString(file) : "";
            if (golden.equals(text)) {
                return;
            }
            if (bless) {
                Files.createDirectories(folder);
                Files.writeString(file, text);
                return;
            }
            throw new AssertionError("the text differs from " + file + " (- file, + now); if it should, accept it with"
                    + " -Dquern.bless=true\n"
                    + difference(golden.lines().toList(), text.lines().toList()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The lines from the first that differs to the last, with some around them. */
    private static String difference(List<String> before, List<String> after) {
        int shorter = Math.min(before.size(), after.size());
        int head = 0;
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        int beforeEnd = before.size() - tail;
        int afterEnd = after.size() - tail;
        List<String> lines = new ArrayList<>();
        lines.add("line " + (head + 1) + ":");
        add(lines, "  ", before.subList(Math.max(0, head - CONTEXT), head));
        lines.addAll(changes(before.subList(head, beforeEnd), after.subList(head, afterEnd)));
        add(lines, "  ", after.subList(afterEnd, Math.min(after.size(), afterEnd + CONTEXT)));
        return String.join("\n", lines);
    }

    /** The fewest lines taken away and added, by the longest common subsequence. */
    private static List<String> changes(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                lines.add("  " + before.get(i++));
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                lines.add("- " + before.get(i++));
            } else {
                lines.add("+ " + after.get(j++));
            }
        }
        add(lines, "- ", before.subList(i, before.size()));
        add(lines, "+ ", after.subList(j, after.size()));
        return lines;
    }

    private static void add(List<String> lines, String mark, List<String> more) {
        more.forEach(line -> lines.add(mark + line));
    }
}
