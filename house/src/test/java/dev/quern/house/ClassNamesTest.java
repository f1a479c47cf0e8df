package dev.quern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassNamesTest {
    /** Words that nobody reads without the type around them: a builder builds that, a key is one of a map there. */
    private static final Set<String> PART_OF_A_NAME = Set.of("Builder", "Key");

    @Test
    void eachNameIsOneTypes() throws IOException {
        assertEquals(Map.of(), shared(SourceTree.ofThisBuild()), "give each of these a word of its own");
    }

    @Test
    void aNameInsideAnotherTypeCounts(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("Mill.java"), "class Mill { record Grain(int size) {} record Key(int k) {} }");
        Files.writeString(root.resolve("Sieve.java"), "interface Sieve { class Mesh { enum Grain { FINE } } }");
        Files.writeString(root.resolve("Sack.java"), "class Sack { void fill() { record Mesh() {} } class Key {} }");
        assertEquals(
                Map.of(
                        "Grain", List.of("Mill.java in Mill", "Sieve.java in Sieve.Mesh"),
                        "Mesh", List.of("Sack.java in Sack", "Sieve.java in Sieve")),
                shared(new SourceTree(root)));
    }

    @Test
    void aTypeOfItsOwnHasAWholeName(@TempDir Path root) throws IOException {
        Files.writeString(root.resolve("Key.java"), "class Key {}");
        Files.writeString(root.resolve("Lock.java"), "class Lock { class Key {} }");
        assertEquals(Map.of("Key", List.of("Key.java", "Lock.java in Lock")), shared(new SourceTree(root)));
    }

    /** Where each name stands that several types have. */
    private static Map<String, List<String>> shared(SourceTree tree) throws IOException {
        Map<String, List<DeclaredType>> byName = DeclaredType.in(tree).stream()
                .collect(Collectors.groupingBy(DeclaredType::name, TreeMap::new, Collectors.toList()));
        byName.values().removeIf(types -> types.size() == 1);
        byName.entrySet()
                .removeIf(entry -> PART_OF_A_NAME.contains(entry.getKey())
                        && entry.getValue().stream().allMatch(DeclaredType::isNested));
        Map<String, List<String>> places = new TreeMap<>();
        byName.forEach((name, types) ->
                places.put(name, types.stream().map(DeclaredType::toString).toList()));
        return places;
    }
}
