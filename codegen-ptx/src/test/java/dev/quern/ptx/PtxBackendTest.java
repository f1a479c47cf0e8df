package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ptx.driver.CudaContext;
import dev.quern.ptx.driver.CudaDevice;
import dev.quern.ptx.driver.CudaDriver;
import dev.quern.ptx.driver.StubDriver;
import dev.quern.ptx.driver.StubFunctions;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The back end on a driver without a device. */
class PtxBackendTest {
    private static CudaContext context(StubDriver stub) {
        CudaDriver driver = CudaDriver.open(stub);
        return CudaContext.open(driver, CudaDevice.first(driver));
    }

    @Test
    void isFoundByName() {
        assertTrue(ServiceLoader.load(Backend.class).stream()
                .anyMatch(provider -> provider.get().device().equals("cuda")));
    }

    @Test
    void targetIsTheDevice() {
        CudaContext context = context(new StubDriver());
        assertEquals(
                new Target.Grid(
                        "sm_90",
                        1024,
                        132 * 2048,
                        49152,
                        232448,
                        List.of(MatrixInstruction.mma(DType.BF16), MatrixInstruction.mma(DType.F16))),
                new PtxBackend(() -> context).target(1));
    }

    @Test
    void launchesGetAddressesThenSymbols() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        assertTrue(new String(executable.artifact(), StandardCharsets.US_ASCII).contains(".target sm_90"));
        try (DeviceQueue queue = backend.openQueue().orElseThrow()) {
            long x = queue.allocate(4 * 100);
            long scale = queue.allocate(4);
            long y = queue.allocate(4 * 100);
            executable.launch(queue, new long[] {x, scale, y}, new long[] {100});
            executable.launch(queue, new long[] {x, scale, y}, new long[] {0});
            assertEquals(
                    List.of(new StubFunctions.Launch("k_traversal_0", 2, 64, 0, List.of(x, scale, y, 100L))),
                    stub.functions().launches());
        }
    }

    @Test
    void aKernelIsWaitedForThoughItsLaunchFailsBehindTheDriver() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        try (DeviceQueue queue = backend.openQueue().orElseThrow()) {
            stub.functions().strange(0x66);
            assertThrows(ModelException.class, () -> executable.launch(queue, new long[] {1, 2, 3}, new long[] {100}));
            assertEquals(1, stub.functions().launches().size());
            assertFalse(stub.called().contains("cuStreamSynchronize"));
        }
        assertTrue(stub.called().contains("cuStreamSynchronize"));
    }

    @Test
    void launchesAskForTheSharedMemoryThatTheyNeed() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(MatrixKernels.product("bf16"), backend.target(1)));
        try (DeviceQueue queue = backend.openQueue().orElseThrow()) {
            long a = queue.allocate(2 * 512);
            long b = queue.allocate(2 * 512 * 256);
            long y = queue.allocate(2 * 256);
            executable.launch(queue, new long[] {a, b, y}, new long[] {1});
            int shared = 4 * 2 * 32 * (128 + 128);
            assertEquals(
                    List.of(new StubFunctions.Launch("k_product_0", 2, 128, shared, List.of(a, b, y, 1L))),
                    stub.functions().launches());
            assertEquals(Map.of(8, shared), stub.functions().attributes());
        }
    }

    @Test
    void codeIsTakenBackWithTheShapesOfItsLaunches() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        assertTrue(backend.takesCodeBack());
        Kernel kernel = MatrixKernels.product("bf16");
        byte[] code = backend.compile(kernel, backend.target(1)).artifact();
        DeviceExecutable executable = assertInstanceOf(DeviceExecutable.class, backend.restore(kernel, code));
        assertArrayEquals(code, executable.artifact());
        assertEquals(".ptx", executable.artifactSuffix());
        try (DeviceQueue queue = backend.openQueue().orElseThrow()) {
            executable.launch(queue, new long[] {1, 2, 3}, new long[] {130});
            assertEquals(
                    List.of(new StubFunctions.Launch(
                            "k_product_0", 4, 128, 4 * 2 * 32 * (128 + 128), List.of(1L, 2L, 3L, 130L))),
                    stub.functions().launches());
        }
        for (List<String> change : List.of(List.of("// launch", "//"), List.of(": 128 threads", ": 64 threads"))) {
            byte[] other = new String(code, StandardCharsets.US_ASCII)
                    .replace(change.get(0), change.get(1))
                    .getBytes(StandardCharsets.US_ASCII);
            assertEquals(
                    "product: expected PTX text that says how 1 entries are launched, found 0; compile the model again",
                    assertThrows(ModelException.class, () -> backend.restore(kernel, other))
                            .getMessage());
        }
    }

    /** Code that may be trusted may still be another's, or cut short: it is refused, nothing of it stays, and whoever asks compiles the kernel. */
    @Test
    void codeThatIsNotTheKernelsIsRefused() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = context(stub)) {
            PtxBackend backend = new PtxBackend(() -> context);
            Kernel kernel = GridKernels.all().get("traversal");
            DeviceExecutable whole =
                    assertInstanceOf(DeviceExecutable.class, backend.compile(kernel, backend.target(1)));
            String code = new String(whole.artifact(), StandardCharsets.US_ASCII);
            whole.close();
            for (String other : List.of(
                    code.replace(".entry k_traversal_0", ".entry k_other_0"),
                    code.replace(".version", ".wersion"),
                    code.substring(0, code.indexOf(".visible")),
                    code.substring(0, 4),
                    "",
                    "\0" + code)) {
                assertThrows(
                        ModelException.class, () -> backend.restore(kernel, other.getBytes(StandardCharsets.US_ASCII)));
            }
            assertEquals(List.of("context retained 1 times"), stub.functions().left());
        }
    }

    @Test
    void copiesGoBothWays() {
        CudaContext context = context(new StubDriver());
        try (DeviceQueue queue = new PtxBackend(() -> context).openQueue().orElseThrow()) {
            long address = queue.allocate(12);
            queue.copyIn(MemorySegment.ofArray(new float[] {1, 2, 3}), address);
            queue.fill(address, (byte) 0, 4);
            float[] found = new float[3];
            queue.copyOut(address, MemorySegment.ofArray(found));
            assertArrayEquals(new float[] {0, 2, 3}, found);
        }
    }

    @Test
    void aFaultNamesTheKernels() {
        StubDriver stub = new StubDriver();
        stub.functions().body(launch -> 700);
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        DeviceQueue queue = backend.openQueue().orElseThrow();
        executable.launch(queue, new long[3], new long[] {1});
        ModelException fault = assertThrows(ModelException.class, queue::await);
        assertTrue(
                fault.getMessage()
                        .startsWith("device 'cuda': cuStreamSynchronize failed while waiting for kernel traversal: "
                                + "CUDA_ERROR_ILLEGAL_ADDRESS (700)"),
                fault.getMessage());
    }

    @Test
    void afterAFaultThereIsNoDeviceAndWhoAsksForItIsToldWhy() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        assertTrue(backend.isAvailable());
        stub.functions().body(launch -> 700);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        try (DeviceQueue queue = backend.openQueue().orElseThrow()) {
            executable.launch(queue, new long[3], new long[] {1});
            assertThrows(ModelException.class, queue::await);
        }
        executable.close();
        assertFalse(backend.isAvailable());
        ModelException refusal = assertThrows(ModelException.class, () -> backend.target(1));
        assertEquals(ModelException.Code.DEVICE, refusal.code());
        assertTrue(
                refusal.getMessage()
                        .startsWith("device 'cuda': the device failed before (cuStreamSynchronize failed while "
                                + "waiting for kernel traversal: CUDA_ERROR_ILLEGAL_ADDRESS (700)"),
                refusal.getMessage());
    }

    @Test
    void anOldDriverIsNoDevice() {
        StubDriver stub = new StubDriver();
        stub.functions().version(11080);
        assertFalse(new PtxBackend(() -> context(stub)).isAvailable());
    }

    @Test
    void modulesAreUnloadedWhenKernelsAreClosedAndWhereTheyCannotBeHad() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = context(stub)) {
            PtxBackend backend = new PtxBackend(() -> context);
            Target target = backend.target(1);
            DeviceExecutable executable = assertInstanceOf(
                    DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), target));
            assertTrue(stub.functions().left().contains("module"));
            executable.close();
            executable.close();
            assertFalse(stub.functions().left().contains("module"));
            stub.failing("cuModuleGetFunction", 500);
            assertThrows(
                    ModelException.class,
                    () -> backend.compile(GridKernels.all().get("traversal"), target));
            stub.failing("cuModuleGetFunction", 0).failing("cuFuncSetAttribute", 1);
            assertThrows(ModelException.class, () -> backend.compile(MatrixKernels.product("bf16"), target));
        }
    }

    @Test
    void aFreeThatFailsKeepsNoOtherFromBeingDone() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        DeviceQueue queue = new PtxBackend(() -> context).openQueue().orElseThrow();
        for (int i = 0; i < 3; i++) {
            queue.allocate(8);
        }
        stub.failingOnce("cuMemFreeAsync", 1);
        ModelException failure = assertThrows(ModelException.class, queue::close);
        assertTrue(failure.getMessage().contains("cuMemFreeAsync failed"), failure.getMessage());
        assertEquals(
                2,
                stub.functions().left().size(),
                () -> "left: " + stub.functions().left());
    }

    @Test
    void whatIsUnderWayIsWaitedForBeforeItsMemoryGoes() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        DeviceQueue queue = backend.openQueue().orElseThrow();
        executable.launch(queue, new long[3], new long[] {1});
        assertFalse(stub.called().contains("cuStreamSynchronize"));
        queue.close();
        assertTrue(stub.called().contains("cuStreamSynchronize"));
    }

    @Test
    void aQueueWhoseWaitFailedIsClosedOnce() {
        StubDriver stub = new StubDriver();
        CudaContext context = context(stub);
        PtxBackend backend = new PtxBackend(() -> context);
        DeviceExecutable executable = assertInstanceOf(
                DeviceExecutable.class, backend.compile(GridKernels.all().get("traversal"), backend.target(1)));
        DeviceQueue queue = backend.openQueue().orElseThrow();
        queue.allocate(8);
        executable.launch(queue, new long[3], new long[] {1});
        stub.failingOnce("cuStreamSynchronize", 999);
        assertThrows(ModelException.class, queue::close);
        assertFalse(stub.functions().left().contains("stream"));
        queue.close();
    }

    @Test
    void nothingIsTakenOfADeviceThatTextIsNotWrittenFor() {
        StubDriver stub = new StubDriver();
        stub.functions().capability(6);
        CudaDriver driver = CudaDriver.open(stub);
        ModelException refusal = assertThrows(ModelException.class, () -> PtxBackend.opened(driver));
        assertTrue(refusal.getMessage().contains("Stub 0 is of sm_60, expected sm_75"), refusal.getMessage());
        assertFalse(stub.called().contains("cuDevicePrimaryCtxRetain"));
        stub.functions().capability(8);
        PtxBackend.opened(driver).close();
    }

    @Test
    void withoutADriverThereIsOneExceptionThatSaysWhatToDo() {
        if (new PtxBackend().isAvailable()) {
            return;
        }
        ModelException absent = assertThrows(ModelException.class, () -> new PtxBackend().target(1));
        assertEquals(ModelException.Code.DEVICE, absent.code());
        assertTrue(absent.getMessage().endsWith("or name the device cpu"), absent.getMessage());
        assertFalse(new PtxBackend().isAvailable());
    }
}
