package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ptx.driver.CudaContext;
import dev.quern.ptx.driver.CudaFunction;
import dev.quern.ptx.driver.CudaModule;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A kernel that the driver has loaded; unloaded when it is closed or forgotten. */
final class PtxExecutable implements DeviceExecutable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int MOST_BLOCKS = Integer.MAX_VALUE;

    private final PtxKernel kernel;
    private final List<CudaFunction> functions;

    private final Cleaner.Cleanable cleanable;

    private PtxExecutable(PtxKernel kernel, List<CudaFunction> functions, CudaModule module) {
        this.kernel = kernel;
        this.functions = functions;
        this.cleanable = CLEANER.register(this, module::close);
    }

    /** Has the driver compile and load {@code kernel}. */
    static PtxExecutable load(CudaContext context, PtxKernel kernel) {
        CudaModule module = CudaModule.load(context, kernel.kernel().name(), kernel.text());
        try {
            return new PtxExecutable(kernel, functions(module, kernel), module);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, module::close);
            throw failure;
        }
    }

    private static List<CudaFunction> functions(CudaModule module, PtxKernel kernel) {
        List<CudaFunction> functions = kernel.launches().stream()
                .map(launch -> module.function(launch.entry()))
                .toList();
        for (int i = 0; i < functions.size(); i++) {
            int shared = kernel.launches().get(i).sharedBytes();
            if (shared > 0) {
                functions.get(i).allowSharedMemory(shared);
            }
        }
        return functions;
    }

    @Override
    public Kernel kernel() {
        return kernel.kernel();
    }

    @Override
    public byte[] artifact() {
        return kernel.text().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String artifactSuffix() {
        return ".ptx";
    }

    @Override
    public void launch(DeviceQueue queue, long[] addresses, long[] symbols) {
        long[] arguments = new long[addresses.length + symbols.length];
        System.arraycopy(addresses, 0, arguments, 0, addresses.length);
        System.arraycopy(symbols, 0, arguments, addresses.length, symbols.length);
        CudaQueue stream = (CudaQueue) queue;
        for (int i = 0; i < functions.size(); i++) {
            LaunchShape shape = kernel.launches().get(i);
            long blocks = shape.blocks()
                    .evaluate(name -> symbols[kernel.kernel().symbols().indexOf(name)]);
            if (blocks > MOST_BLOCKS) {
                throw new ModelException(
                        ModelException.Code.LIMIT,
                        kernel.kernel().name(),
                        blocks + " blocks of threads, expected at most " + MOST_BLOCKS + "; give smaller inputs");
            }
            if (blocks > 0) {
                stream.launch(functions.get(i), kernel.kernel().name(), (int) blocks, shape, arguments);
            }
        }
        Reference.reachabilityFence(this);
    }

    @Override
    public void close() {
        cleanable.clean();
    }
}
