package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineNameTest {
    @Test
    void processorsOfOneNameAreToldApart() {
        String name = "model name\t: Intel(R) Xeon(R) Processor";
        List<String> lines = List.of("processor\t: 0", "cpu family\t: 6", "model\t\t: 143", name, "stepping\t: 8");
        assertEquals(
                "Intel(R) Xeon(R) Processor, cpu family 6, model 143, stepping 8, Linux amd64",
                MachineName.of(lines, "Linux", "amd64"));
    }

    @Test
    void processorsWithoutANameHaveTheirParts() {
        List<String> little = List.of("CPU implementer\t: 0x41", "CPU variant\t: 0x1", "CPU part\t: 0xd05");
        List<String> big = List.of("processor\t: 1", "CPU implementer\t: 0x41", "CPU part\t: 0xd0b");
        assertEquals(
                "aarch64, implementer 0x41, part 0xd05, variant 0x1, Linux aarch64",
                MachineName.of(little, "Linux", "aarch64"));
        List<String> both = new ArrayList<>(little);
        both.addAll(big);
        assertEquals(
                "aarch64, implementer 0x41, part 0xd05+0xd0b, variant 0x1, Linux aarch64",
                MachineName.of(both, "Linux", "aarch64"));
    }

    @Test
    void whereThereIsNoSuchFileSystemAndArchitectureAreKnown() {
        assertEquals("aarch64, Mac OS X aarch64", MachineName.of(List.of(), "Mac OS X", "aarch64"));
    }

    @Test
    void thisMachineSaysWhatItRuns() {
        String here = MachineName.here();
        assertTrue(here.contains(System.getProperty("os.name") + " " + System.getProperty("os.arch")), here);
        assertTrue(here.contains(Runtime.getRuntime().availableProcessors() + " processors, Java "), here);
        assertEquals(here + ", threads 3", MachineName.of(3));
    }
}
