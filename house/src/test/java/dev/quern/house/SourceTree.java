package dev.quern.house;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The Java files that people wrote in a checkout: everything but build output and hidden folders.
 *
 * @param root the folder that holds the parent {@code pom.xml}
 */
record SourceTree(Path root) {
    private static final Set<String> BUILT = Set.of("target", "node_modules");

    /** The checkout that this test run belongs to. */
    static SourceTree ofThisBuild() {
        String root = System.getProperty("quern.root");
        if (root == null) {
            throw new IllegalStateException("the build must set quern.root to the project's folder");
        }
        return new SourceTree(Path.of(root).toAbsolutePath().normalize());
    }

    /** Every {@code .java} file, in a stable order. */
    List<Path> javaFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean skip = !directory.equals(root) && (name.startsWith(".") || BUILT.contains(name));
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }

    /** How a message names a file: relative to the root. */
    String name(Path file) {
        return root.relativize(file).toString();
    }
}
