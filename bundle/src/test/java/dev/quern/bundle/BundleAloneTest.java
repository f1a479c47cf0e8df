package dev.quern.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.zoo.ModelZoo;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle is all that a service needs, with the Vector API and without. */
class BundleAloneTest {
    /**
     * Numbers that are added one after the other behind an element: in each of six layers 384 of the queries, 32 of the scores, 8 of the
     * softmax and 8 of what it weighs, 384 of the projection, 384 and 1,536 of the layers behind it, and 2 times 384 of each of two normalisations.
     */
    private static final int ROUNDINGS = 6 * (384 + 32 + 8 + 8 + 384 + 384 + 1_536 + 4 * 384);

    /**
     * What so many independent roundings to f32 of numbers of size 1 come to is their root, and four times that next to never (Higham and
     * Mary, "A new approach to probabilistic rounding error analysis", 2019).
     */
    private static final float TOLERANCE = (float) (4 * Math.sqrt(ROUNDINGS) * 0x1p-24);

    /** What ONNX Runtime 1.29.0 gives for {@link MiniLmProgram}'s inputs: every 307th element. */
    private static final float[] EXPECTED = {
        0.21582454f,
        -0.102021456f,
        -0.20665687f,
        0.6099517f,
        0.2350998f,
        -0.059591696f,
        0.048639867f,
        -0.26533315f,
        -0.17772335f,
        0.41928658f,
        -0.08158256f
    };

    @TempDir
    Path folder;

    @Test
    void runsOnTheVectorApi() throws Exception {
        check("vector", "--add-modules", "jdk.incubator.vector");
    }

    @Test
    void runsWithoutTheVectorApi() throws Exception {
        check("scalar");
    }

    private void check(String form, String... options) throws Exception {
        Path model = ModelZoo.ofSystemProperties().path("minilm");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-ea",
                "-Xmx1g",
                "-Dquern.cache=off",
                "-cp",
                System.getProperty("quern.bundle") + File.pathSeparator + program()));
        command.addAll(
                List.of(MiniLmProgram.class.getName(), model.toAbsolutePath().toString()));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> read(err));
        List<String> lines = Files.readAllLines(out);
        assertEquals(List.of(form, "[1, 8, 384]"), lines.subList(0, 2));
        float[] found = new float[lines.size() - 2];
        for (int i = 0; i < found.length; i++) {
            found[i] = Float.parseFloat(lines.get(i + 2));
        }
        assertArrayEquals(EXPECTED, found, TOLERANCE, () -> read(err));
    }

    /** A folder with the program's class and nothing else: what lies beside that in this class path must not be found. */
    private Path program() throws IOException {
        Path classes = folder.resolve("classes");
        String name = MiniLmProgram.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(classes.resolve(name).getParent());
        try (InputStream in = MiniLmProgram.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(in, classes.resolve(name));
        }
        return classes;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            return failure.toString();
        }
    }
}
