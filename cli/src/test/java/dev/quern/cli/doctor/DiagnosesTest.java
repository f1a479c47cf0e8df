package dev.quern.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ptx.CudaReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosesTest {
    @TempDir
    Path folder;

    @Test
    void optionsThatKeepTheJitCompilerFromKernelsAreNamed() {
        assertEquals(
                Diagnosis.Health.OK,
                MachineDiagnoses.compiler(List.of("-Xmx1g", "-ea")).health());
        for (String option : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation")) {
            Diagnosis diagnosis = MachineDiagnoses.compiler(List.of("-ea", option));
            assertEquals(Diagnosis.Health.NOTE, diagnosis.health());
            assertTrue(diagnosis.found().contains(option), diagnosis::toString);
        }
    }

    @Test
    void theCacheIsCountedOrSaidToBeUseless() throws Exception {
        assertEquals(
                Diagnosis.Health.NOTE, MachineDiagnoses.cache(Optional.empty()).health());
        assertTrue(MachineDiagnoses.cache(Optional.of(folder.resolve("none")))
                .found()
                .endsWith("not there yet"));
        Files.write(folder.resolve("a"), new byte[3 << 20]);
        Files.write(folder.resolve("b"), new byte[1 << 20]);
        assertTrue(MachineDiagnoses.cache(Optional.of(folder)).found().endsWith("2 files, 4.0 MiB"));
        for (Path useless : List.of(folder.resolve("a"), folder.resolve("a/below"))) {
            assertEquals(
                    Diagnosis.Health.NOTE,
                    MachineDiagnoses.cache(Optional.of(useless)).health());
        }
    }

    @Test
    void aMissingDriverIsNoFaultAndAWrongKernelIs() {
        Diagnosis none = DeviceDiagnoses.driver(new CudaReport("", List.of(), "no driver"));
        assertEquals(new Diagnosis("NVIDIA driver", Diagnosis.Health.ABSENT, "none", "no driver"), none);
        CudaReport.Device device = new CudaReport.Device("Stub", "sm_90", 80L << 30);
        assertEquals(
                Diagnosis.ok("NVIDIA driver", "CUDA 13.0, Stub (sm_90, 80.0 GiB)"),
                DeviceDiagnoses.driver(new CudaReport("13.0", List.of(device), "")));
        assertEquals(
                Diagnosis.Health.ABSENT,
                DeviceDiagnoses.driver(new CudaReport("13.0", List.of(), "no device"))
                        .health());
        Diagnosis cut = DeviceDiagnoses.zoo(
                "cuda",
                List.of(
                        new ZooResult("pool", ""),
                        new ZooResult("gather", "bad"),
                        new ZooResult("scatter", ZooResult.NOT_TRIED),
                        new ZooResult("sort", ZooResult.NOT_TRIED)));
        assertEquals(
                new Diagnosis(
                        "Kernels on cuda",
                        Diagnosis.Health.FAULT,
                        "1 of 4 kinds agree with the interpreter, 2 not tried",
                        "please report this: gather: bad"),
                cut);
        Diagnosis zoo = DeviceDiagnoses.zoo("cuda", List.of(new ZooResult("pool", ""), new ZooResult("gather", "bad")));
        assertEquals(Diagnosis.Health.FAULT, zoo.health());
        assertEquals("1 of 2 kinds agree with the interpreter", zoo.found());
        assertTrue(zoo.advice().contains("gather: bad"), zoo.advice());
    }
}
