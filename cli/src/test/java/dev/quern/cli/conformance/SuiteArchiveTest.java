package dev.quern.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.conformance.SuiteCase.SuiteTolerance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteArchiveTest {
    @TempDir
    Path folder;

    private Path archive(String... entries) throws IOException {
        Path file = folder.resolve("suite.tar.xz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new XZCompressorOutputStream(Files.newOutputStream(file)))) {
            for (String entry : entries) {
                byte[] content = entry.endsWith("json")
                        ? "{\"atol\": 1e-05, \"model_name\": \"m\", \"rtol\": 0.002}".getBytes(StandardCharsets.UTF_8)
                        : new byte[0];
                TarArchiveEntry header = new TarArchiveEntry(entry);
                header.setSize(content.length);
                tar.putArchiveEntry(header);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return file;
    }

    @Test
    void testsOfEveryKindAreFound() throws IOException {
        Path file = archive(
                "./node/test_b/model.onnx",
                "./node/test_b/test_data_set_0/output_0.pb",
                "./node/test_b/test_data_set_1/output_0.pb",
                "./node/test_a/model.onnx",
                "./node/test_a/data.json",
                "./simple/test_c/model.onnx",
                "./light/README.md",
                "./light/light_m.onnx",
                "./light/light_m_output_0.pb",
                "./real/test_m/data.json");
        Path unpacked;
        try (SuiteArchive archive = SuiteArchive.open(file)) {
            unpacked = archive.folder();
            List<SuiteCase> cases = Suite.in(unpacked).cases();
            assertEquals(
                    List.of("node/test_a", "node/test_b", "simple/test_c", "light/light_m"),
                    cases.stream().map(SuiteCase::id).toList());
            assertEquals(new SuiteTolerance(0.002, 1e-5), cases.get(0).tolerance());
            assertEquals(SuiteTolerance.DEFAULT, cases.get(1).tolerance());
            assertEquals(2, cases.get(1).data().size());
            assertEquals(new SuiteTolerance(0.002, 1e-5), cases.get(3).tolerance());
            assertTrue(Files.exists(cases.get(3).model()));
        }
        assertFalse(Files.exists(unpacked), "what was unpacked is deleted");
    }

    @Test
    void entriesStayInside() throws IOException {
        Path file = archive("../outside");
        assertEquals(
                Code.IO,
                assertThrows(ModelException.class, () -> SuiteArchive.open(file))
                        .code());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "no archive");
        assertThrows(ModelException.class, () -> SuiteArchive.open(text));
        assertThrows(ModelException.class, () -> SuiteArchive.open(folder.resolve("absent")));
        assertThrows(ModelException.class, () -> Suite.in(folder));
    }
}
