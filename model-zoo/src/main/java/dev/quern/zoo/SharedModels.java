package dev.quern.zoo;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The models of the developers' shared folder. An architecture there has no weights: they are written, from the seed
 * and the statistics in its {@code weights.json}, into a copy in the cache folder.
 */
final class SharedModels {
    private static final Map<String, String> FILES =
            new TreeMap<>(Map.of("rgcn", "rgcn/aifb_rgcn.onnx", "decoder", "decoder/tiny_llama_260k.onnx"));
    private static final String ARCHITECTURE = "arch/";

    private final Path shared;
    private final Path cache;

    SharedModels(Path shared, Path cache) {
        this.shared = shared.toAbsolutePath().normalize();
        this.cache = cache;
    }

    List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        for (var file : FILES.entrySet()) {
            if (Files.exists(models().resolve(file.getValue()))) {
                names.add(file.getKey());
            }
        }
        Path architectures = models().resolve(ARCHITECTURE);
        if (Files.isDirectory(architectures)) {
            try (Stream<Path> folders = Files.list(architectures)) {
                folders.map(folder -> ARCHITECTURE + folder.getFileName())
                        .sorted()
                        .forEach(names::add);
            }
        }
        return names;
    }

    Path path(String name) throws IOException {
        if (!FILES.containsKey(name) && !name.startsWith(ARCHITECTURE)) {
            throw new IllegalArgumentException("no model is called " + name);
        }
        if (!Files.isDirectory(models())) {
            throw new ModelAbsentException(name, "it is in the shared folder, and " + shared + " is absent");
        }
        if (!names().contains(name)) {
            throw new IllegalArgumentException("no model is called " + name + "; shared are " + names());
        }
        return FILES.containsKey(name) ? models().resolve(FILES.get(name)) : withWeights(name);
    }

    private Path models() {
        return shared.resolve("models");
    }

    private Path withWeights(String name) throws IOException {
        Path weightless = models().resolve(name);
        Path folder = cache.resolve(name + "-" + fingerprint(weightless));
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.getParent());
            Path scratch = Files.createTempDirectory(folder.getParent(), "weights");
            try {
                Path copy = Files.createDirectory(scratch.resolve("model"));
                try (Stream<Path> files = Files.list(weightless)) {
                    for (Path file : files.toList()) {
                        Files.copy(file, copy.resolve(file.getFileName()));
                    }
                }
                Path java = Path.of(System.getProperty("java.home"), "bin", "java");
                Path writer = shared.resolve("tools").resolve("MakeWeights.java");
                PackageClients.run(List.of(java.toString(), writer.toString(), copy.toString()), scratch);
                publish(copy, folder);
            } finally {
                Archives.delete(scratch);
            }
        }
        return folder.resolve("model.onnx");
    }

    /** Another process may have written the same model meanwhile; then that one stays. */
    private static void publish(Path copy, Path folder) throws IOException {
        try {
            Files.move(copy, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Changes whenever the model, its statistics or the program that writes the weights change. */
    private String fingerprint(Path weightless) throws IOException {
        CRC32C sum = new CRC32C();
        sum.update(Files.readAllBytes(weightless.resolve("model.onnx")));
        sum.update(Files.readAllBytes(weightless.resolve("weights.json")));
        sum.update(Files.readAllBytes(shared.resolve("tools").resolve("MakeWeights.java")));
        return String.format("%08x", sum.getValue());
    }
}
