package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ptx.driver.CudaContext;
import dev.quern.ptx.driver.CudaDevice;
import dev.quern.ptx.driver.CudaDriver;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** Runs kernels on the first NVIDIA device that the driver shows. Nothing is asked of the driver before the back end is used. */
public final class PtxBackend implements Backend {
    private static final int OLDEST = 75;

    private final Supplier<CudaContext> contexts;

    /** The back end of this machine's driver. */
    public PtxBackend() {
        this(SystemContext::get);
    }

    PtxBackend(Supplier<CudaContext> contexts) {
        this.contexts = contexts;
    }

    /** One for the process: contexts of a device are shared anyway, and cost a tenth of a second. */
    private static final class SystemContext {
        private static CudaContext context;

        private SystemContext() {}

        static synchronized CudaContext get() {
            if (context == null) {
                context = opened(CudaDriver.system());
            }
            return context;
        }
    }

    /**
     * A context of the first device of {@code driver}.
     *
     * @throws ModelException if there is none that text is written for: nothing is then taken of it
     */
    static CudaContext opened(CudaDriver driver) {
        driver.requireSupported();
        CudaDevice device = CudaDevice.first(driver);
        requireKnown(device);
        return CudaContext.open(driver, device);
    }

    @Override
    public String device() {
        return "cuda";
    }

    @Override
    public String deviceName() {
        return contexts.get().device().name();
    }

    @Override
    public boolean isAvailable() {
        try {
            target(1);
            return true;
        } catch (ModelException absent) {
            // What has failed in use is missed by whoever counted on it.
            System.getLogger(PtxBackend.class.getName())
                    .log(
                            hasFailed() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                            "no cuda: {0}",
                            absent.getMessage());
            return false;
        }
    }

    private boolean hasFailed() {
        try {
            return contexts.get().isBroken();
        } catch (ModelException absent) {
            return false;
        }
    }

    @Override
    public Target target(int threads) {
        CudaContext context = contexts.get();
        context.requireUsable();
        CudaDevice device = context.device();
        return new Target.Grid(
                device.architecture(),
                device.threadsPerBlock(),
                device.multiprocessors() * device.threadsPerMultiprocessor(),
                device.sharedPerBlock(),
                Math.min(device.mostSharedPerBlock(), PtxTargets.sharedBytes(text(device.architecture()))),
                PtxTargets.instructions(text(device.architecture())));
    }

    /** Refuses a device that is older than what text is written for. */
    static void requireKnown(CudaDevice device) {
        if (device.major() * 10 + device.minor() < OLDEST) {
            throw new ModelException(
                    ModelException.Code.DEVICE,
                    "device 'cuda'",
                    device.name() + " is of " + device.architecture() + ", expected sm_" + OLDEST
                            + " or later; name the device cpu");
        }
    }

    @Override
    public Executable compile(Kernel scheduled, Target target) {
        return PtxExecutable.load(contexts.get(), PtxKernel.of(scheduled, text(target.name())));
    }

    @Override
    public boolean takesCodeBack() {
        return true;
    }

    /** The driver compiles the text; nothing is made of the kernel but the shapes of its launches. */
    @Override
    public Executable restore(Kernel scheduled, byte[] artifact) {
        return PtxExecutable.load(
                contexts.get(), PtxKernel.restored(scheduled, new String(artifact, StandardCharsets.US_ASCII)));
    }

    /** The newest architecture that text is written for and the device takes; the driver compiles it for what the device is. */
    private static String text(String architecture) {
        int device = Integer.parseInt(architecture.substring("sm_".length()));
        return PtxTargets.ARCHITECTURES.stream()
                .filter(known -> Integer.parseInt(known.substring("sm_".length())) <= device)
                .toList()
                .getLast();
    }

    @Override
    public Optional<DeviceQueue> openQueue() {
        return Optional.of(new CudaQueue(contexts.get()));
    }
}
