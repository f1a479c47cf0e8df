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

    private static final int OUT_OF_MEMORY = 2;
    private static final int NO_DEVICE = 100;
    private static final int INVALID_PTX = 218;
    private static final int UNSUPPORTED_PTX = 222;

    /** The error that {@code number} is to {@code driver}. */
    static CudaError of(CudaDriver driver, int number) {
        return new CudaError(
                number, driver.text(CudaCall.ERROR_NAME, number), driver.text(CudaCall.ERROR_STRING, number));
    }

    /** Whether every later call fails too: faults of a running kernel, of the memory, or of the device itself. */
    boolean breaksDevice() {
        return switch (number) {
            case 214, 219, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719 -> true;
            default -> false;
        };
    }

    /** For programs. */
    ModelException.Code code() {
        return number == OUT_OF_MEMORY ? ModelException.Code.LIMIT : ModelException.Code.DEVICE;
    }

    /** What to do. */
    String remedy() {
        return switch (number) {
            case OUT_OF_MEMORY -> "give smaller inputs, close other models, or name the device cpu";
            case NO_DEVICE -> "make a device visible to the process, or name the device cpu";
            case INVALID_PTX, UNSUPPORTED_PTX -> "update the graphics driver, or name the device cpu";
            default -> "name the device cpu, and report this with the model";
        };
    }

    @Override
    public String toString() {
        return (name.isEmpty() ? "error" : name) + " (" + number + ")" + (text.isEmpty() ? "" : ", " + text);
    }
}
