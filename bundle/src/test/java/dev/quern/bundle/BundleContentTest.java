package dev.quern.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

class BundleContentTest {
    private static final long LARGEST = 10_000_000;

    private final Path bundle = Path.of(System.getProperty("quern.bundle"));

    @Test
    void staysSmall() throws IOException {
        assertTrue(
                Files.size(bundle) <= LARGEST,
                () -> bundle.getFileName() + " has more than " + LARGEST
                        + " bytes; a service carries every one of them");
    }

    @Test
    void holdsNoNativeLibrary() throws IOException {
        assertEquals(List.of(), entries(".*\\.(so|dll|dylib|jnilib)(\\.\\d+)*"));
    }

    @Test
    void keepsOutOfTheWayOfOtherCopiesOfItsLibraries() throws IOException {
        assertEquals(
                List.of(),
                entries("(META-INF/versions/\\d+/)?(?!dev/quern/).*\\.class"),
                "classes outside dev.quern would clash with a service's own; relocate them in bundle/pom.xml");
    }

    @Test
    void holdsTheCompiler() throws IOException {
        assertTrue(entries("dev/quern/bundled/asm/ClassWriter\\.class").size() == 1, "ASM is missing");
        assertTrue(entries("dev/quern/bundled/antlr/v4/runtime/Parser\\.class").size() == 1, "ANTLR is missing");
        assertTrue(!entries("dev/quern/ir/graph/Graph\\.class").isEmpty(), "the IR is missing");
    }

    private List<String> entries(String pattern) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.matches(pattern))
                    .toList();
        }
    }
}
