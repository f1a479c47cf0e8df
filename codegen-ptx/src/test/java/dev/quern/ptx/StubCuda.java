package dev.quern.ptx;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ptx.driver.CudaContext;
import dev.quern.ptx.driver.CudaDevice;
import dev.quern.ptx.driver.CudaDriver;
import dev.quern.ptx.driver.StubDriver;
import java.util.Optional;

/** A device called {@code stub}: the CUDA back end on a driver without a device, whose kernels do nothing. */
public final class StubCuda implements Backend {
    private static final StubDriver DRIVER = new StubDriver();

    private final PtxBackend backend = new PtxBackend(StubContext::get);

    /** For the service loader. */
    public StubCuda() {}

    /** Kernels that the driver of the process was given so far. */
    public static int launches() {
        return DRIVER.functions().launches().size();
    }

    /** Modules that the driver of the process has loaded and not unloaded. */
    public static long modules() {
        return DRIVER.functions().left().stream().filter("module"::equals).count();
    }

    private static final class StubContext {
        private static CudaContext context;

        private StubContext() {}

        static synchronized CudaContext get() {
            if (context == null) {
                CudaDriver driver = CudaDriver.open(DRIVER);
                context = CudaContext.open(driver, CudaDevice.first(driver));
            }
            return context;
        }
    }

    @Override
    public String device() {
        return "stub";
    }

    @Override
    public Target target(int threads) {
        return backend.target(threads);
    }

    @Override
    public Executable compile(Kernel scheduled, Target target) {
        return backend.compile(scheduled, target);
    }

    @Override
    public boolean takesCodeBack() {
        return backend.takesCodeBack();
    }

    @Override
    public Executable restore(Kernel scheduled, byte[] artifact) {
        return backend.restore(scheduled, artifact);
    }

    @Override
    public Optional<DeviceQueue> openQueue() {
        return backend.openQueue();
    }
}
