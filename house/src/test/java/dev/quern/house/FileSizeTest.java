package dev.quern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileSizeTest {
    /** A file past this holds two ideas. */
    private static final int LONGEST = 500;

    @Test
    void noFileIsTooLong() throws IOException {
        SourceTree tree = SourceTree.ofThisBuild();
        List<String> tooLong = new ArrayList<>();
        for (Path file : tree.javaFiles()) {
            try (var lines = Files.lines(file)) {
                long count = lines.count();
                if (count > LONGEST) {
                    tooLong.add(tree.name(file) + " has " + count + " lines");
                }
            }
        }
        assertEquals(List.of(), tooLong, "split these files; the limit is " + LONGEST + " lines");
    }
}
