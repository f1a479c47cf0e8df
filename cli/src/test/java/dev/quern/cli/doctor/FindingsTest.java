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

class FindingsTest {
    @TempDir
    Path folder;

    @Test
    void optionsThatKeepTheJitCompilerFromKernelsAreNamed() {
        assertEquals(
                Finding.State.OK,
                MachineFindings.compiler(List.of("-Xmx1g", "-ea")).state());
        for (String option : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation")) {
            Finding finding = MachineFindings.compiler(List.of("-ea", option));
            assertEquals(Finding.State.NOTE, finding.state());
            assertTrue(finding.found().contains(option), finding::toString);
        }
    }

    @Test
    void theCacheIsCountedOrSaidToBeUseless() throws Exception {
        assertEquals(Finding.State.NOTE, MachineFindings.cache(Optional.empty()).state());
        assertTrue(MachineFindings.cache(Optional.of(folder.resolve("none")))
                .found()
                .endsWith("not there yet"));
        Files.write(folder.resolve("a"), new byte[3 << 20]);
        Files.write(folder.resolve("b"), new byte[1 << 20]);
        assertTrue(MachineFindings.cache(Optional.of(folder)).found().endsWith("2 files, 4.0 MiB"));
        for (Path useless : List.of(folder.resolve("a"), folder.resolve("a/below"))) {
            assertEquals(
                    Finding.State.NOTE,
                    MachineFindings.cache(Optional.of(useless)).state());
        }
    }

    @Test
    void aMissingDriverIsNoFaultAndAWrongKernelIs() {
        Finding none = DeviceFindings.driver(new CudaReport("", List.of(), "no driver"));
        assertEquals(new Finding("NVIDIA driver", Finding.State.ABSENT, "none", "no driver"), none);
        CudaReport.Device device = new CudaReport.Device("Stub", "sm_90", 80L << 30);
        assertEquals(
                Finding.ok("NVIDIA driver", "CUDA 13.0, Stub (sm_90, 80.0 GiB)"),
                DeviceFindings.driver(new CudaReport("13.0", List.of(device), "")));
        assertEquals(
                Finding.State.ABSENT,
                DeviceFindings.driver(new CudaReport("13.0", List.of(), "no device"))
                        .state());
        Finding zoo = DeviceFindings.zoo("cuda", List.of(new ZooResult("pool", ""), new ZooResult("gather", "bad")));
        assertEquals(Finding.State.FAULT, zoo.state());
        assertEquals("1 of 2 kinds agree with the interpreter", zoo.found());
        assertTrue(zoo.advice().contains("gather: bad"), zoo.advice());
    }
}
