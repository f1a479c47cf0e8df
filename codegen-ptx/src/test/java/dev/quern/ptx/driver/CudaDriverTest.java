package dev.quern.ptx.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The binding, against a driver without a device: every function, and every function failing. */
class CudaDriverTest {
    private static final String PTX = """
            .version 8.0
            .target sm_75
            .address_size 64
            .visible .entry twice(.param .u64 data, .param .u64 count)
            { ret; }
            """;

    /** Uses every function once; what it computes is looked at. */
    private static void everything(StubDriver stub) {
        CudaDriver driver = CudaDriver.open(stub);
        assertEquals("13.2", driver.version());
        CudaDevice device = CudaDevice.first(driver);
        assertEquals(new CudaDevice(0, "Stub 0", 9, 0, 1L << 30, 132, 1024, 2048, 49152, 232448, true), device);
        assertEquals("sm_90", device.architecture());
        stub.functions().body(StubKernels::twice);
        try (Arena arena = Arena.ofConfined();
                CudaContext context = CudaContext.open(driver, device);
                CudaStream stream = CudaStream.create(context);
                CudaEvent before = CudaEvent.create(context);
                CudaEvent after = CudaEvent.create(context);
                PinnedMemory pinned = PinnedMemory.allocate(context, 64);
                DeviceMemory memory = DeviceMemory.allocate(stream, 64);
                CudaModule module = CudaModule.load(context, "twice", PTX)) {
            assertEquals(1L << 29, context.freeMemory());
            assertEquals("Used 8 registers", module.log());
            CudaFunction function = module.function("twice");
            assertEquals(40, function.registers());
            assertEquals(30, function.localBytes());
            function.allowSharedMemory(100_000);
            assertEquals(100_000, stub.functions().attributes().get(8));
            pinned.segment()
                    .copyFrom(
                            MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
            before.record(stream);
            stream.copyToDevice(pinned.segment(), memory.address());
            function.launch(stream, 3, 128, 1024, memory.address(), 7);
            after.record(stream);
            after.synchronize();
            assertEquals(1f, after.millisecondsSince(before));
            stream.copy(memory.address(), memory.address() + 32, 32);
            stream.fill(memory.address(), (byte) 0, 4);
            MemorySegment result = arena.allocate(64);
            stream.copyToHost(memory.address(), result);
            stream.synchronize();
            assertArrayEquals(
                    new float[] {0, 4, 6, 8, 10, 12, 14, 8, 2, 4, 6, 8, 10, 12, 14, 8},
                    result.toArray(ValueLayout.JAVA_FLOAT));
            assertEquals(
                    List.of(new StubFunctions.Launch("twice", 3, 128, 1024, List.of(memory.address(), 7L))),
                    stub.functions().launches());
        }
        stub.functions().pools(false);
        try (CudaContext context = CudaContext.open(driver, CudaDevice.first(driver));
                CudaStream stream = CudaStream.create(context);
                DeviceMemory memory = DeviceMemory.allocate(stream, 4)) {
            stream.fill(memory.address(), (byte) 1, 4);
        }
    }

    @Test
    void everyFunctionIsCalledAndNothingIsKept() {
        try (StubDriver stub = new StubDriver()) {
            everything(stub);
            Set<String> expected = Arrays.stream(CudaCall.values())
                    .filter(call -> call != CudaCall.ERROR_NAME && call != CudaCall.ERROR_STRING)
                    .map(CudaCall::symbol)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(expected, new TreeSet<>(stub.called()));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CudaCall.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ERROR_NAME", "ERROR_STRING"})
    void eachFailureIsOneExceptionThatNamesTheFunction(CudaCall call) {
        StubDriver stub = new StubDriver().failing(call.symbol(), StubFunctions.INVALID_VALUE);
        ModelException failure = assertThrows(ModelException.class, () -> everything(stub));
        assertEquals(ModelException.Code.DEVICE, failure.code());
        assertTrue(
                failure.getMessage().startsWith("device 'cuda': " + call.symbol() + " failed while "),
                failure.getMessage());
        assertTrue(failure.getMessage().contains("CUDA_ERROR_INVALID_VALUE (1), text of 1"), failure.getMessage());
    }

    @ParameterizedTest
    @EnumSource(
            value = CudaCall.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ERROR_NAME", "ERROR_STRING"})
    void eachMissingFunctionIsOneExceptionThatNamesIt(CudaCall call) {
        StubDriver stub = new StubDriver().without(call.symbol());
        ModelException failure = assertThrows(ModelException.class, () -> everything(stub));
        assertEquals(
                "device 'cuda': the driver has no " + call.symbol()
                        + "; expected one for CUDA 12.0 or later (525 on Linux); update the graphics driver, or name the device cpu",
                failure.getMessage());
    }

    @Test
    void anUnknownCodeHasItsNumber() {
        StubDriver stub = new StubDriver().failing("cuInit", 12345);
        ModelException failure = assertThrows(ModelException.class, () -> CudaDriver.open(stub));
        assertEquals(
                "device 'cuda': cuInit failed while starting the driver: error (12345); name the device cpu, and report this with the model",
                failure.getMessage());
    }

    @Test
    void noDeviceSaysWhatToDo() {
        try (StubDriver stub = new StubDriver()) {
            stub.functions().devices(0);
            CudaDriver driver = CudaDriver.open(stub);
            ModelException failure = assertThrows(ModelException.class, () -> CudaDevice.first(driver));
            assertEquals(
                    "device 'cuda': the driver sees no device; make one visible to the process, or name the device cpu",
                    failure.getMessage());
        }
    }

    @Test
    void refusedTextComesWithTheCompilersLog() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = open(stub)) {
            ModelException failure =
                    assertThrows(ModelException.class, () -> CudaModule.load(context, "broken", ".target sm_75"));
            assertEquals(
                    "device 'cuda': cuModuleLoadDataEx failed while loading kernel broken: CUDA_ERROR_INVALID_PTX (218), text of 218;"
                            + " the driver says: ptxas fatal: line 1: no .version; update the graphics driver, or name the device cpu",
                    failure.getMessage());
        }
    }

    @Test
    void tooMuchMemoryIsALimit() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = open(stub);
                CudaStream stream = CudaStream.create(context)) {
            ModelException failure = assertThrows(ModelException.class, () -> DeviceMemory.allocate(stream, 1L << 40));
            assertEquals(ModelException.Code.LIMIT, failure.code());
            assertTrue(
                    failure.getMessage().contains("allocating 1099511627776 bytes on the device"),
                    failure.getMessage());
        }
    }

    @Test
    void aWildStoreEndsInOneExceptionAndLaterOnesNameIt() {
        StubDriver stub = new StubDriver();
        CudaContext context = open(stub);
        CudaStream stream = CudaStream.create(context);
        stub.functions().body(launch -> 700);
        CudaModule.load(context, "wild", PTX).function("twice").launch(stream, 1, 1, 0, 0, 0);
        ModelException first = assertThrows(ModelException.class, () -> stream.synchronize("waiting for kernel wild"));
        assertEquals(
                "device 'cuda': cuStreamSynchronize failed while waiting for kernel wild: CUDA_ERROR_ILLEGAL_ADDRESS (700), text of 700; "
                        + CudaError.RESTART,
                first.getMessage());
        ModelException later = assertThrows(ModelException.class, context::freeMemory);
        assertTrue(
                later.getMessage()
                        .contains("the device failed before (cuStreamSynchronize failed while waiting for kernel wild"),
                later.getMessage());
    }

    /** Its first compiler that takes the texts of kernels is that of 12.0. */
    @ParameterizedTest
    @ValueSource(ints = {11020, 11080, 12000})
    void aDriverThatTakesNoKernelIsRefusedBeforeTheDeviceIs(int version) {
        try (StubDriver stub = new StubDriver()) {
            stub.functions().version(version);
            if (version >= 12000) {
                open(stub).close();
                return;
            }
            ModelException refusal = assertThrows(ModelException.class, () -> open(stub));
            assertEquals(ModelException.Code.DEVICE, refusal.code());
            assertTrue(
                    refusal.getMessage()
                            .startsWith("device 'cuda': the driver is for CUDA 11." + version % 1000 / 10
                                    + ", expected one for CUDA 12.0 or later"),
                    refusal.getMessage());
        }
    }

    static List<Throwable> denials() {
        return List.of(
                new IllegalCallerException("Illegal native access"),
                new UnsupportedOperationException("no linker"),
                new UnsatisfiedLinkError("no library"));
    }

    @ParameterizedTest
    @MethodSource("denials")
    void whereNativeCodeMayNotBeCalledThereIsNoDevice(Throwable denial) {
        ModelException refusal = assertThrows(
                ModelException.class,
                () -> CudaDriver.library(name -> {
                    if (denial instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) denial;
                }));
        assertEquals(ModelException.Code.DEVICE, refusal.code());
        assertEquals(denial, refusal.getCause());
        assertTrue(refusal.getMessage().endsWith("or name the device cpu"), refusal.getMessage());
        assertEquals(
                denial instanceof IllegalCallerException,
                refusal.getMessage().contains("start java with --enable-native-access="),
                refusal.getMessage());
    }

    @Test
    void aContextThatCannotBeSetUpIsGivenBack() {
        for (String symbol : List.of("cuDeviceGetDefaultMemPool", "cuMemPoolSetAttribute")) {
            try (StubDriver stub = new StubDriver().failing(symbol, 801)) {
                ModelException failure = assertThrows(ModelException.class, () -> open(stub));
                assertTrue(failure.getMessage().contains(symbol + " failed"), failure.getMessage());
            }
        }
    }

    @Test
    void aDeviceThatOthersHaveFilledSaysSo() {
        try (StubDriver stub = new StubDriver().failing("cuDevicePrimaryCtxRetain", StubFunctions.OUT_OF_MEMORY)) {
            ModelException failure = assertThrows(ModelException.class, () -> open(stub));
            assertTrue(failure.getMessage().contains("; others have the device's memory: "), failure.getMessage());
        }
    }

    @Test
    void threadsHaveTheContextThatTheyHadAgainAlsoWhereACallFails() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = open(stub)) {
            stub.failingOnce("cuStreamCreate", 999);
            assertThrows(ModelException.class, () -> CudaStream.create(context));
            context.freeMemory();
            stub.failing("cuModuleLoadDataEx", 222);
            assertThrows(ModelException.class, () -> CudaModule.load(context, "k", PTX));
            assertEquals(List.of("context retained 1 times"), stub.functions().left());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {34, 46, 100, 221, 223, 304, 802, 803, 804, 805, 808, 999})
    void whatTheUserCanMendIsNoFaultOfQuerns(int code) {
        StubDriver stub = new StubDriver().failing("cuInit", code);
        ModelException failure = assertThrows(ModelException.class, () -> CudaDriver.open(stub));
        assertTrue(failure.getMessage().endsWith(", or name the device cpu"), failure.getMessage());
        assertFalse(failure.getMessage().contains("report this"), failure.getMessage());
    }

    /** 219 is CUDA_ERROR_INVALID_GRAPHICS_CONTEXT, of a call; 220 is a fault of the machine. */
    @Test
    void theDeviceIsGivenUpForFaultsOfItsOwn() {
        StubDriver stub = new StubDriver();
        CudaContext context = open(stub);
        stub.failingOnce("cuMemGetInfo_v2", 219);
        assertThrows(ModelException.class, context::freeMemory);
        assertFalse(context.isBroken());
        stub.failingOnce("cuMemGetInfo_v2", 220);
        assertThrows(ModelException.class, context::freeMemory);
        assertTrue(context.isBroken());
        ModelException later = assertThrows(ModelException.class, context::requireUsable);
        assertTrue(
                later.getMessage().startsWith("device 'cuda': the device failed before (cuMemGetInfo_v2 failed while"),
                later.getMessage());
    }

    /** Launches that are refused, for registers say, are not among them. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                4, 214, 226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911, -1, -218, -701, -720, -801,
                -999
            })
    void codesAfterWhichTheProcessMustBeStartedAgainBreakTheDevice(int code) {
        StubDriver stub = new StubDriver();
        CudaContext failing = open(stub);
        stub.failingOnce("cuMemGetInfo_v2", Math.abs(code));
        assertThrows(ModelException.class, failing::freeMemory);
        assertEquals(code > 0, failing.isBroken());
    }

    @Test
    void aDriverThatCannotNameItsCodesGivesTheirNumbers() {
        StubDriver stub = new StubDriver()
                .without("cuGetErrorName")
                .without("cuGetErrorString")
                .failing("cuInit", 100);
        assertEquals(
                "device 'cuda': cuInit failed while starting the driver: error (100); make a device visible to the process, or name the device cpu",
                assertThrows(ModelException.class, () -> CudaDriver.open(stub)).getMessage());
    }

    @Test
    void nothingIsAskedOfADeviceThatHasFailedWhenThingsAreGivenBack() {
        StubDriver stub = new StubDriver();
        CudaContext context = open(stub);
        CudaStream stream = CudaStream.create(context);
        CudaEvent event = CudaEvent.create(context);
        DeviceMemory memory = DeviceMemory.allocate(stream, 8);
        PinnedMemory pinned = PinnedMemory.allocate(context, 8);
        CudaModule module = CudaModule.load(context, "wild", PTX);
        stub.functions().body(launch -> 719);
        module.function("twice").launch(stream, 1, 1, 0, 0, 0);
        assertThrows(ModelException.class, stream::synchronize);
        Set<String> before = Set.copyOf(stub.called());
        module.close();
        pinned.close();
        memory.close();
        event.close();
        stream.close();
        context.close();
        assertEquals(before, stub.called());
    }

    @Test
    void whatWasHadIsGivenBackWhereTheThreadCannotHaveItsOwnContextAgain() {
        StubDriver stub = new StubDriver();
        CudaContext context = open(stub);
        CudaStream stream = CudaStream.create(context);
        List<Executable> takers = List.of(
                () -> CudaStream.create(context),
                () -> CudaEvent.create(context),
                () -> PinnedMemory.allocate(context, 8),
                () -> DeviceMemory.allocate(stream, 8),
                () -> CudaModule.load(context, "twice", PTX));
        for (Executable taker : takers) {
            int before = stub.functions().left().size();
            stub.failingOnce("cuCtxPopCurrent_v2", StubFunctions.INVALID_CONTEXT);
            ModelException failure = assertThrows(ModelException.class, taker);
            assertTrue(
                    failure.getMessage()
                            .startsWith(
                                    "device 'cuda': cuCtxPopCurrent_v2 failed while giving a thread its context back"),
                    failure.getMessage());
            List<Object> left = stub.functions().left();
            assertEquals(before + 1, left.size(), () -> "beside the context: " + left);
        }
        stub.failingOnce("cuCtxPopCurrent_v2", StubFunctions.INVALID_CONTEXT)
                .failingOnce("cuMemGetInfo_v2", StubFunctions.INVALID_VALUE);
        ModelException both = assertThrows(ModelException.class, context::freeMemory);
        assertTrue(both.getMessage().contains("cuMemGetInfo_v2 failed"), both.getMessage());
        assertEquals(1, both.getSuppressed().length);
    }

    @Test
    void aCallThatEndsOnAnotherThreadOfTheSystemIsSaidAndGivesBackWhatItHad() {
        try (StubDriver stub = new StubDriver();
                CudaContext context = open(stub)) {
            stub.functions().strange(0x66);
            ModelException failure = assertThrows(ModelException.class, () -> CudaStream.create(context));
            assertTrue(
                    failure.getMessage()
                                    .startsWith("device 'cuda': the thread of the system changed during cuStreamCreate")
                            && failure.getMessage().contains("expected context 0x55 to be its own, found 0x66"),
                    failure.getMessage());
            assertEquals(List.of("context retained 1 times"), stub.functions().left());
        }
    }

    @Test
    void aFunctionThatCannotBeCalledIsNamed() {
        try (StubDriver stub = new StubDriver()) {
            CudaDriver driver = CudaDriver.unstarted(stub);
            IllegalStateException failure =
                    assertThrows(IllegalStateException.class, () -> driver.result(CudaCall.INIT, "no number"));
            assertEquals("cuInit could not be called", failure.getMessage());
        }
    }

    /** Another model's kernel may break the device while this one is closed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuMemFreeAsync",
                "cuEventDestroy_v2",
                "cuModuleUnload",
                "cuMemFreeHost",
                "cuStreamDestroy_v2",
                "cuDevicePrimaryCtxRelease_v2",
                "cuCtxPushCurrent_v2",
                "cuCtxPopCurrent_v2"
            })
    void whatMeetsABrokenDeviceWhenItIsGivenBackIsGivenBack(String symbol) {
        StubDriver stub = new StubDriver();
        try (CudaContext context = open(stub);
                CudaStream stream = CudaStream.create(context);
                CudaEvent _ = CudaEvent.create(context);
                DeviceMemory _ = DeviceMemory.allocate(stream, 8);
                PinnedMemory _ = PinnedMemory.allocate(context, 8);
                CudaModule _ = CudaModule.load(context, "twice", PTX)) {
            stub.failing(symbol, 700);
        }
        assertTrue(stub.called().contains(symbol));
    }

    @Test
    void aSickDeviceBehindTheFirstIsLeftOut() {
        try (StubDriver stub = new StubDriver()) {
            stub.functions().devices(3);
            stub.functions().sick(1);
            CudaDriver driver = CudaDriver.open(stub);
            assertEquals("Stub 0", CudaDevice.first(driver).name());
            assertEquals(
                    List.of("Stub 0", "Stub 2"),
                    CudaDevice.all(driver).stream().map(CudaDevice::name).toList());
            stub.functions().sick(0);
            assertThrows(ModelException.class, () -> CudaDevice.first(driver));
            assertThrows(ModelException.class, () -> CudaDevice.all(driver));
        }
    }

    private static CudaContext open(StubDriver stub) {
        CudaDriver driver = CudaDriver.open(stub);
        return CudaContext.open(driver, CudaDevice.first(driver));
    }
}
