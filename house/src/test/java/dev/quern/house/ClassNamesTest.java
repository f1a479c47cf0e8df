package dev.quern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClassNamesTest {
    /** Names that the language gives. */
    private static final Set<String> OF_THE_LANGUAGE = Set.of("package-info.java", "module-info.java");

    @Test
    void eachNameIsOneFiles() throws IOException {
        SourceTree tree = SourceTree.ofThisBuild();
        Map<String, List<String>> byName = tree.javaFiles().stream()
                .filter(file -> !OF_THE_LANGUAGE.contains(file.getFileName().toString()))
                .collect(Collectors.groupingBy(
                        (Path file) -> file.getFileName().toString(),
                        TreeMap::new,
                        Collectors.mapping(tree::name, Collectors.toList())));
        byName.values().removeIf(files -> files.size() == 1);
        assertEquals(Map.of(), byName, "give each of these a word of its own");
    }
}
