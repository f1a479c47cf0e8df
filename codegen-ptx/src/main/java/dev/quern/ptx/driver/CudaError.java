package dev.quern.ptx.driver;

import dev.quern.ModelException;

/**
 * A return code of the driver that is not success.
 *
 * @param number the code
 * @param name such as {@code CUDA_ERROR_OUT_OF_MEMORY}, or empty if the driver does not know it
 * @param text the driver's description
 */
record CudaError(int number, String name, String text) {
    /** What to do once the device is of no more use. */
    static final String RESTART = "the device cannot be used again in this process: restart it, or name the device cpu";

    private static final String OR_CPU = ", or name the device cpu";

    private static final int OUT_OF_MEMORY = 2;
    private static final int OPERATING_SYSTEM = 304;
    private static final int UNKNOWN = 999;

    /** The error that {@code number} is to {@code driver}. */
    static CudaError of(CudaDriver driver, int number) {
        return new CudaError(
                number, driver.text(CudaCall.ERROR_NAME, number), driver.text(CudaCall.ERROR_STRING, number));
    }

    /**
     * Whether every later call fails too: faults of a running kernel, of the memory, or of the device itself, a driver that is being shut down, a client that its server has
     * ended, an error from outside.
     *
     * @see <a href="https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html">CUresult</a>: those after which the process must be started again
     */
    boolean breaksDevice() {
        return switch (number) {
            case 4, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911 -> true;
            default -> false;
        };
    }

    /** For programs. */
    ModelException.Code code() {
        return number == OUT_OF_MEMORY ? ModelException.Code.LIMIT : ModelException.Code.DEVICE;
    }

    /** What to do; {@code call} is the function that failed. */
    String remedy(CudaCall call) {
        if (number == OUT_OF_MEMORY && call == CudaCall.CONTEXT_RETAIN) {
            return "others have the device's memory: end processes that use it, choose another device by CUDA_VISIBLE_DEVICES"
                    + OR_CPU;
        }
        if (call == CudaCall.INIT && (number == OPERATING_SYSTEM || number == UNKNOWN)) {
            return "load the driver's module nvidia-uvm (nvidia-modprobe -u), let the container have /dev/nvidia-uvm, or restart the machine"
                    + OR_CPU;
        }
        return switch (number) {
            case OUT_OF_MEMORY -> "give smaller inputs, close other models" + OR_CPU;
            // STUB_LIBRARY
            case 34 ->
                "the library that was found is the CUDA toolkit's stub: take its folder stubs out of LD_LIBRARY_PATH"
                        + OR_CPU;
            // DEVICE_UNAVAILABLE
            case 46 ->
                "another process has the device for itself, or its compute mode admits none (nvidia-smi -q -d COMPUTE): end that process"
                        + OR_CPU;
            // NO_DEVICE, INVALID_DEVICE
            case 100, 101 -> "make a device visible to the process" + OR_CPU;
            // INVALID_PTX, UNSUPPORTED_PTX_VERSION
            case 218, 222 -> "update the graphics driver" + OR_CPU;
            // JIT_COMPILER_NOT_FOUND
            case 221 ->
                "the driver's own compiler (libnvidia-ptxjitcompiler) is missing: install the whole graphics driver, or let the container have it"
                        + OR_CPU;
            // JIT_COMPILATION_DISABLED
            case 223 -> "unset CUDA_DISABLE_PTX_JIT, which forbids the driver to compile kernels" + OR_CPU;
            // SYSTEM_NOT_READY
            case 802 ->
                "the machine is not ready for its devices: start what it needs, such as the service nvidia-fabricmanager"
                        + OR_CPU;
            // SYSTEM_DRIVER_MISMATCH
            case 803 ->
                "the driver in the system's kernel and the driver's library are of two versions: restart the machine, or install the driver again"
                        + OR_CPU;
            // COMPAT_NOT_SUPPORTED_ON_DEVICE
            case 804 ->
                "take the CUDA compatibility package out of LD_LIBRARY_PATH, or update the graphics driver" + OR_CPU;
            // MPS_CONNECTION_FAILED, MPS_RPC_FAILURE, MPS_SERVER_NOT_READY, MPS_MAX_CLIENTS_REACHED,
            // MPS_MAX_CONNECTIONS_REACHED
            case 805, 806, 807, 808, 809 ->
                "the machine's Multi-Process Service does not take this process: end others that use it, or start it again (nvidia-cuda-mps-control)"
                        + OR_CPU;
            default -> "name the device cpu, and report this with the model";
        };
    }

    @Override
    public String toString() {
        return (name.isEmpty() ? "error" : name) + " (" + number + ")" + (text.isEmpty() ? "" : ", " + text);
    }
}
