package dev.quern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.palantir.javaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatTest {
    private final HouseFormat format = new HouseFormat();

    @Test
    void everyFileIsFormatted() throws IOException {
        SourceTree tree = SourceTree.ofThisBuild();
        List<Path> files = tree.javaFiles();
        assertFalse(files.isEmpty(), "no source file found under " + tree.root());
        List<String> unformatted = new ArrayList<>();
        for (Path file : files) {
            String source = Files.readString(file);
            try {
                if (!format.apply(source).equals(source)) {
                    unformatted.add(tree.name(file));
                }
            } catch (FormatterException e) {
                unformatted.add(tree.name(file) + ": " + e.getMessage());
            }
        }
        assertEquals(List.of(), unformatted, "not in the project's format; run ./format and commit");
    }

    @Test
    void changesWhatIsNotInTheFormat() throws FormatterException {
        String formatted = format.apply("import b.B;\nimport a.A;\nclass  C{A a;}\n");
        assertEquals("import a.A;\n\nclass C {\n    A a;\n}\n", formatted);
    }
}
