package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ptx.driver.CudaDevice;
import dev.quern.ptx.driver.CudaDriver;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the NVIDIA driver of this machine shows.
 *
 * @param version of CUDA that the driver supports, such as {@code 13.0}; empty without a driver that can be called
 * @param devices each as its name, architecture and bytes of memory, the one that models run on first
 * @param problem why there is nothing, or nothing that models run on; empty if there is
 */
public record CudaReport(String version, List<Device> devices, String problem) {
    public CudaReport {
        devices = List.copyOf(devices);
    }

    /**
     * A device.
     *
     * @param name such as {@code NVIDIA H100 80GB HBM3}
     * @param architecture such as {@code sm_90}
     * @param memory bytes
     */
    public record Device(String name, String architecture, long memory) {}

    /** Asks the driver, if there is one. Nothing is allocated on a device. */
    public static CudaReport ofMachine() {
        return of(CudaDriver::installed);
    }

    /**
     * What a driver shows.
     *
     * @param drivers gives it, not started
     */
    static CudaReport of(Supplier<CudaDriver> drivers) {
        String version = "";
        List<Device> devices = List.of();
        try {
            CudaDriver driver = drivers.get();
            version = driver.version();
            driver.requireSupported();
            driver.start();
            devices = CudaDevice.all(driver).stream()
                    .map(device -> new Device(device.name(), device.architecture(), device.memory()))
                    .toList();
            PtxBackend.requireKnown(CudaDevice.first(driver));
            return new CudaReport(version, devices, "");
        } catch (ModelException absent) {
            return new CudaReport(version, devices, absent.getMessage());
        }
    }
}
