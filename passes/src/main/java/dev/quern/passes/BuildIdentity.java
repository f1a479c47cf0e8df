package dev.quern.passes;

import dev.quern.Model;
import dev.quern.ir.Dim;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Which build of Quern this is. What one build compiled, another does not run. */
public final class BuildIdentity {
    private static final class Lazy {
        static final Optional<String> IDENTITY = compute();
    }

    /** Classes of the parts of Quern that this one does not know, back ends and what they write code with among them. */
    private static final List<String> OTHERS = List.of(
            "dev.quern.tune.Tuning",
            "dev.quern.runtime.ModelCompiler",
            "dev.quern.onnx.OnnxModels",
            "dev.quern.vector.VectorBackend",
            "dev.quern.ptx.PtxTargets",
            "org.objectweb.asm.ClassWriter");

    /** Checksums, because they are fast at once; code is the user's own, and nobody forges it against himself. */
    private final CRC32 one = new CRC32();

    private final CRC32C other = new CRC32C();
    private final byte[] chunk = new byte[1 << 16];
    private long size;

    private BuildIdentity() {}

    /**
     * Checksums of the jars that this build lies in, back ends included, or of names, sizes and times of the files of its folders; empty if
     * it lies in neither.
     */
    public static Optional<String> get() {
        return Lazy.IDENTITY;
    }

    private static Optional<String> compute() {
        BuildIdentity identity = new BuildIdentity();
        try {
            for (Path place : places()) {
                if (Files.isDirectory(place)) {
                    identity.addFolder(place);
                } else {
                    identity.addJar(place);
                }
            }
        } catch (IOException gone) {
            return Optional.empty();
        }
        return identity.size == 0 ? Optional.empty() : Optional.of(identity.text());
    }

    /** The jars and folders that this build lies in; none if a part of it lies in neither. */
    public static Set<Path> places() {
        List<Class<?>> parts = new ArrayList<>(List.of(Model.class, Dim.class, BuildIdentity.class));
        for (String other : OTHERS) {
            try {
                parts.add(Class.forName(other, false, BuildIdentity.class.getClassLoader()));
            } catch (ClassNotFoundException absent) {
                // A program can do without it, and is then another build.
            }
        }
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> part : parts) {
            Optional<Path> place = place(part);
            if (place.isEmpty()) {
                return Set.of();
            }
            places.add(place.get());
        }
        return places;
    }

    private static Optional<Path> place(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null || !"file".equals(location.getProtocol())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(location.toURI())).filter(Files::exists);
        } catch (URISyntaxException | IllegalArgumentException elsewhere) {
            return Optional.empty();
        }
    }

    private void addJar(Path jar) throws IOException {
        try (InputStream in = Files.newInputStream(jar)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                add(chunk, length);
            }
        }
    }

    private void addFolder(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                lines.add(folder.relativize(file) + " " + attributes.size() + " " + attributes.lastModifiedTime());
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(lines);
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        add(text, text.length);
    }

    private void add(byte[] bytes, int length) {
        one.update(bytes, 0, length);
        other.update(bytes, 0, length);
        size += length;
    }

    private String text() {
        return Long.toHexString(one.getValue()) + "-" + Long.toHexString(other.getValue()) + "-" + size;
    }
}
