package dev.quern.ptx.driver;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;

/**
 * The functions of the driver that Quern calls, by the symbol that the library exports. Each returns a {@code CUresult}. Memory of
 * the host is an address; handles and addresses of the device are 64-bit numbers.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cuda-driver-api/">CUDA Driver API</a>
 */
enum CudaCall {
    INIT("cuInit", "I"),
    DRIVER_VERSION("cuDriverGetVersion", "P"),
    ERROR_NAME("cuGetErrorName", "IP"),
    ERROR_STRING("cuGetErrorString", "IP"),
    DEVICE_COUNT("cuDeviceGetCount", "P"),
    DEVICE("cuDeviceGet", "PI"),
    DEVICE_NAME("cuDeviceGetName", "PII"),
    DEVICE_ATTRIBUTE("cuDeviceGetAttribute", "PII"),
    DEVICE_MEMORY("cuDeviceTotalMem_v2", "PI"),
    DEVICE_POOL("cuDeviceGetDefaultMemPool", "PI"),
    POOL_ATTRIBUTE("cuMemPoolSetAttribute", "LIP"),
    CONTEXT_RETAIN("cuDevicePrimaryCtxRetain", "PI"),
    CONTEXT_RELEASE("cuDevicePrimaryCtxRelease_v2", "I"),
    CONTEXT_PUSH("cuCtxPushCurrent_v2", "L"),
    CONTEXT_POP("cuCtxPopCurrent_v2", "P"),
    MODULE_LOAD("cuModuleLoadDataEx", "PPIPP"),
    MODULE_UNLOAD("cuModuleUnload", "L"),
    MODULE_FUNCTION("cuModuleGetFunction", "PLP"),
    FUNCTION_SET_ATTRIBUTE("cuFuncSetAttribute", "LII"),
    FUNCTION_ATTRIBUTE("cuFuncGetAttribute", "PIL"),
    LAUNCH("cuLaunchKernel", "LIIIIIIILPP"),
    STREAM_CREATE("cuStreamCreate", "PI"),
    STREAM_DESTROY("cuStreamDestroy_v2", "L"),
    STREAM_SYNCHRONIZE("cuStreamSynchronize", "L"),
    EVENT_CREATE("cuEventCreate", "PI"),
    EVENT_DESTROY("cuEventDestroy_v2", "L"),
    EVENT_RECORD("cuEventRecord", "LL"),
    EVENT_SYNCHRONIZE("cuEventSynchronize", "L"),
    EVENT_ELAPSED("cuEventElapsedTime", "PLL"),
    MEMORY_FREE_BYTES("cuMemGetInfo_v2", "PP"),
    ALLOCATE("cuMemAllocAsync", "PLL"),
    FREE("cuMemFreeAsync", "LL"),
    ALLOCATE_WITHOUT_POOL("cuMemAlloc_v2", "PL"),
    FREE_WITHOUT_POOL("cuMemFree_v2", "L"),
    PINNED_ALLOCATE("cuMemHostAlloc", "PLI"),
    PINNED_FREE("cuMemFreeHost", "P"),
    COPY_TO_DEVICE("cuMemcpyHtoDAsync_v2", "LPLL"),
    COPY_TO_HOST("cuMemcpyDtoHAsync_v2", "PLLL"),
    COPY_ON_DEVICE("cuMemcpyDtoDAsync_v2", "LLLL"),
    FILL("cuMemsetD8Async", "LBLL");

    private final String symbol;
    private final FunctionDescriptor descriptor;

    /** One letter per argument: a P(ointer to host memory), an I(nt), a L(ong) or a B(yte). */
    CudaCall(String symbol, String arguments) {
        this.symbol = symbol;
        this.descriptor = FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                arguments.chars().mapToObj(CudaCall::layout).toArray(MemoryLayout[]::new));
    }

    private static MemoryLayout layout(int letter) {
        return switch (letter) {
            case 'P' -> ValueLayout.ADDRESS;
            case 'I' -> ValueLayout.JAVA_INT;
            case 'L' -> ValueLayout.JAVA_LONG;
            case 'B' -> ValueLayout.JAVA_BYTE;
            default -> throw new IllegalArgumentException("argument " + (char) letter);
        };
    }

    /** The name that the library exports. */
    String symbol() {
        return symbol;
    }

    /** Arguments and result. */
    FunctionDescriptor descriptor() {
        return descriptor;
    }
}
