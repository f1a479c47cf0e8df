package dev.quern.acceptance.hostile;

import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The valid models that mutants are made of: those of {@code seeds.txt}, those with bodies, and every small {@code .onnx} file
 * in the folders that the system property {@code quern.hostile.corpus} names, separated as in a class path.
 *
 * @param models as read, in a fixed order
 * @param bytes the same as files
 * @param vocabulary their nodes, those of bodies included
 * @param digest of the files: a seed means the same mutant only beside the same digest
 */
record Corpus(List<OnnxModel> models, List<byte[]> bytes, List<OnnxNode> vocabulary, String digest) {
    /** Names folders with further models. */
    static final String PROPERTY = "quern.hostile.corpus";

    /** Bytes of a file that is taken from a folder. */
    private static final long LARGEST = 16 << 10;

    /** The models that are in the project. */
    static Corpus own() {
        try {
            return of(ownFiles());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<byte[]> ownFiles() throws IOException {
        List<byte[]> files = new ArrayList<>(lines());
        files.addAll(BodySeeds.all());
        return files;
    }

    /** The same, and those of the folders. */
    static Corpus load() {
        try {
            List<byte[]> files = ownFiles();
            for (String folder : System.getProperty(PROPERTY, "").split(java.io.File.pathSeparator)) {
                if (!folder.isEmpty()) {
                    files.addAll(folder(Path.of(folder)));
                }
            }
            return of(files);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<byte[]> lines() throws IOException {
        try (InputStream in = Corpus.class.getResourceAsStream("/hostile/seeds.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(ModelLine::build)
                    .toList();
        }
    }

    private static List<byte[]> folder(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.filter(path -> path.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
        List<byte[]> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.size(path) <= LARGEST) {
                files.add(Files.readAllBytes(path));
            }
        }
        return files;
    }

    private static Corpus of(List<byte[]> files) {
        List<OnnxModel> models = new ArrayList<>();
        List<byte[]> kept = new ArrayList<>();
        List<OnnxNode> vocabulary = new ArrayList<>();
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (byte[] file : files) {
                // Never closed: the tensors are used as long as this process lives.
                OnnxModel model = OnnxReader.read(file).model();
                models.add(model);
                kept.add(file);
                sha.update(file);
                collect(model.graph(), vocabulary);
            }
            return new Corpus(models, kept, vocabulary, HexFormat.of().formatHex(sha.digest(), 0, 8));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }

    private static void collect(OnnxGraph graph, List<OnnxNode> vocabulary) {
        for (OnnxNode node : graph.nodes()) {
            vocabulary.add(node);
            for (OnnxAttribute attribute : node.attributes().values()) {
                if (attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)) {
                    collect(body, vocabulary);
                }
            }
        }
    }

    /** The file of mutant {@code seed}. */
    byte[] mutant(long seed) {
        Dice dice = new Dice(seed);
        int index = dice.below(models.size());
        OnnxModel model = models.get(index);
        boolean wire = dice.oneIn(2);
        byte[] file = bytes.get(index);
        int changes = wire ? dice.below(2) : dice.oneIn(4) ? 1 + dice.below(3) : 5 + dice.below(8);
        ModelMutations mutations = new ModelMutations(dice, vocabulary);
        for (int i = 0; i < changes; i++) {
            model = mutations.apply(model);
        }
        if (changes > 0) {
            file = dev.quern.onnx.build.OnnxWriter.toBytes(model);
        }
        for (int i = wire ? dice.below(4) : -1; i >= 0; i--) {
            file = new WireMutations(dice).apply(file);
        }
        return file;
    }
}
