package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ptx.driver.CudaDriver;
import dev.quern.ptx.driver.StubDriver;
import java.util.List;
import org.junit.jupiter.api.Test;

class CudaReportTest {
    @Test
    void aDriverAndItsDevicesAreShown() {
        try (StubDriver stub = new StubDriver()) {
            CudaReport report = CudaReport.of(() -> CudaDriver.unstarted(stub));
            assertEquals(
                    new CudaReport("13.2", List.of(new CudaReport.Device("Stub 0", "sm_90", 1L << 30)), ""), report);
        }
    }

    @Test
    void aDriverThatIsTooOldOrDoesNotStartIsNamed() {
        StubDriver old = new StubDriver();
        old.functions().version(11080);
        CudaReport report = CudaReport.of(() -> CudaDriver.unstarted(old));
        assertEquals("11.8", report.version());
        assertTrue(report.problem().contains("expected one for CUDA 12.0 or later"), report.problem());
        StubDriver halfUpdated = new StubDriver().failing("cuInit", 803);
        report = CudaReport.of(() -> CudaDriver.unstarted(halfUpdated));
        assertEquals("13.2", report.version());
        assertTrue(report.problem().contains("restart the machine"), report.problem());
    }

    @Test
    void withoutADriverTheReasonIsGiven() {
        CudaReport report = CudaReport.of(() -> {
            throw new ModelException(ModelException.Code.DEVICE, "device 'cuda'", "no driver");
        });
        assertTrue(report.devices().isEmpty());
        assertTrue(report.problem().contains("no driver"), report.problem());
    }
}
