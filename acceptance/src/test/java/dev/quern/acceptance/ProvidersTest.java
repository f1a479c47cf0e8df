package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A provider must be found on the module path ({@code provides}) and on the class path (a services file) alike. */
class ProvidersTest {
    @TestFactory
    List<DynamicTest> areNamedInBothPlaces() throws IOException {
        Path root = Path.of(System.getProperty("quern.root"));
        try (Stream<Path> modules = Files.list(root)) {
            List<DynamicTest> tests = modules.map(module -> module.resolve("target/classes"))
                    .filter(classes -> Files.exists(classes.resolve("module-info.class")))
                    .map(classes -> DynamicTest.dynamicTest(
                            root.relativize(classes).getName(0).toString(),
                            () -> assertEquals(declared(classes), listed(classes))))
                    .toList();
            assertFalse(tests.isEmpty(), "no module was compiled under " + root);
            return tests;
        }
    }

    private static Map<String, List<String>> declared(Path classes) throws IOException {
        Map<String, List<String>> providers = new TreeMap<>();
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            for (var provides : ModuleDescriptor.read(in).provides()) {
                providers.put(provides.service(), provides.providers());
            }
        }
        return providers;
    }

    private static Map<String, List<String>> listed(Path classes) throws IOException {
        Map<String, List<String>> providers = new TreeMap<>();
        Path services = classes.resolve("META-INF/services");
        if (Files.isDirectory(services)) {
            try (Stream<Path> files = Files.list(services)) {
                for (Path file : files.toList()) {
                    providers.put(file.getFileName().toString(), Files.readAllLines(file));
                }
            }
        }
        return providers;
    }
}
