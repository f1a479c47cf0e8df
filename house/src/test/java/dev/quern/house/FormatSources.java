package dev.quern.house;

import com.palantir.javaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Rewrites every source file in the project's format. Usage: {@code FormatSources ROOT}. */
final class FormatSources {
    private FormatSources() {}

    public static void main(String[] arguments) throws IOException {
        SourceTree tree = new SourceTree(Path.of(arguments[0]).toAbsolutePath().normalize());
        HouseFormat format = new HouseFormat();
        boolean refused = false;
        for (Path file : tree.javaFiles()) {
            String source = Files.readString(file);
            try {
                String formatted = format.apply(source);
                if (!formatted.equals(source)) {
                    Files.writeString(file, formatted);
                    System.out.println("formatted " + tree.name(file));
                }
            } catch (FormatterException e) {
                System.err.println(tree.name(file) + ": " + e.getMessage());
                refused = true;
            }
        }
        if (refused) {
            System.exit(1);
        }
    }
}
