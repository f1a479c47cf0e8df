package dev.quern.runtime.archive;

import dev.quern.Model;
import dev.quern.ir.Dim;
import dev.quern.passes.Compiler;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
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

    private BuildIdentity() {}

    /** Checksums of the jars that this build lies in, back ends included; empty if it does not lie in jars, as while it is developed. */
    public static Optional<String> get() {
        return Lazy.IDENTITY;
    }

    private static Optional<String> compute() {
        List<Class<?>> parts = new ArrayList<>(List.of(Model.class, Dim.class, Compiler.class, BuildIdentity.class));
        for (String other : List.of(
                "dev.quern.onnx.OnnxModels", "dev.quern.vector.VectorBackend", "org.objectweb.asm.ClassWriter")) {
            try {
                parts.add(Class.forName(other, false, BuildIdentity.class.getClassLoader()));
            } catch (ClassNotFoundException absent) {
                // A program can do without it, and is then another build.
            }
        }
        Set<Path> jars = new LinkedHashSet<>();
        for (Class<?> part : parts) {
            Optional<Path> jar = jar(part);
            if (jar.isEmpty()) {
                return Optional.empty();
            }
            jars.add(jar.get());
        }
        return digest(jars);
    }

    private static Optional<Path> jar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null || !"file".equals(location.getProtocol())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(location.toURI())).filter(Files::isRegularFile);
        } catch (URISyntaxException | IllegalArgumentException elsewhere) {
            return Optional.empty();
        }
    }

    private static Optional<String> digest(Set<Path> jars) {
        // Checksums, because they are fast at once; jars are the user's own, and nobody forges them against himself.
        CRC32 one = new CRC32();
        CRC32C other = new CRC32C();
        long size = 0;
        byte[] chunk = new byte[1 << 16];
        try {
            for (Path jar : jars) {
                try (InputStream in = Files.newInputStream(jar)) {
                    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                        one.update(chunk, 0, length);
                        other.update(chunk, 0, length);
                        size += length;
                    }
                }
            }
            return Optional.of(
                    Long.toHexString(one.getValue()) + "-" + Long.toHexString(other.getValue()) + "-" + size);
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
