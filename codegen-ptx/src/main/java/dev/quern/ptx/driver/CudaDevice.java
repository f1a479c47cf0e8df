package dev.quern.ptx.driver;

import dev.quern.ModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A graphics processor.
 *
 * @param ordinal its number among those visible to the process
 * @param name such as {@code NVIDIA H100 80GB HBM3}
 * @param major compute capability before the dot
 * @param minor compute capability after the dot
 * @param memory bytes of its memory
 * @param multiprocessors how many it has
 * @param threadsPerBlock most threads of a block
 * @param threadsPerMultiprocessor most threads resident on one
 * @param sharedPerBlock bytes of shared memory that a block may have without asking for more
 * @param mostSharedPerBlock bytes that it may ask for
 * @param hasPools whether memory can be had and given back in the order of a stream
 */
public record CudaDevice(
        int ordinal,
        String name,
        int major,
        int minor,
        long memory,
        int multiprocessors,
        int threadsPerBlock,
        int threadsPerMultiprocessor,
        int sharedPerBlock,
        int mostSharedPerBlock,
        boolean hasPools) {
    private static final int LONGEST_NAME = 256;

    /** The numbers of {@code CUdevice_attribute}. */
    private static final int MAX_THREADS_PER_BLOCK = 1;

    private static final int MAX_SHARED_MEMORY_PER_BLOCK = 8;
    private static final int MULTIPROCESSOR_COUNT = 16;
    private static final int MAX_THREADS_PER_MULTIPROCESSOR = 39;
    private static final int MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;
    private static final int COMPUTE_CAPABILITY_MAJOR = 75;
    private static final int COMPUTE_CAPABILITY_MINOR = 76;
    private static final int MEMORY_POOLS_SUPPORTED = 115;

    /**
     * The devices that the process may use, save those behind the first that cannot be asked.
     *
     * @throws ModelException if the first cannot be asked
     */
    public static List<CudaDevice> all(CudaDriver driver) {
        int count = count(driver);
        List<CudaDevice> devices = new ArrayList<>();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            try {
                devices.add(query(driver, ordinal));
            } catch (ModelException sick) {
                if (ordinal == 0) {
                    throw sick;
                }
                System.getLogger("dev.quern.ptx")
                        .log(System.Logger.Level.WARNING, "device {0} is left out: {1}", ordinal, sick.getMessage());
            }
        }
        return List.copyOf(devices);
    }

    private static int count(CudaDriver driver) {
        return driver.integer(CudaCall.DEVICE_COUNT, "counting the devices");
    }

    /**
     * The first device. No other is asked anything.
     *
     * @throws ModelException if there is none
     */
    public static CudaDevice first(CudaDriver driver) {
        if (count(driver) == 0) {
            throw new ModelException(
                    ModelException.Code.DEVICE,
                    CudaDriver.WHERE,
                    "the driver sees no device; make one visible to the process, or name the device cpu");
        }
        return query(driver, 0);
    }

    private static CudaDevice query(CudaDriver driver, int ordinal) {
        int handle = driver.integer(CudaCall.DEVICE, "opening device " + ordinal, ordinal);
        return new CudaDevice(
                ordinal,
                name(driver, handle),
                attribute(driver, handle, COMPUTE_CAPABILITY_MAJOR),
                attribute(driver, handle, COMPUTE_CAPABILITY_MINOR),
                driver.number(CudaCall.DEVICE_MEMORY, "asking for the size of the memory", handle),
                attribute(driver, handle, MULTIPROCESSOR_COUNT),
                attribute(driver, handle, MAX_THREADS_PER_BLOCK),
                attribute(driver, handle, MAX_THREADS_PER_MULTIPROCESSOR),
                attribute(driver, handle, MAX_SHARED_MEMORY_PER_BLOCK),
                attribute(driver, handle, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                attribute(driver, handle, MEMORY_POOLS_SUPPORTED) != 0);
    }

    private static int attribute(CudaDriver driver, int handle, int attribute) {
        return driver.integer(CudaCall.DEVICE_ATTRIBUTE, "asking for attribute " + attribute, attribute, handle);
    }

    private static String name(CudaDriver driver, int handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(LONGEST_NAME);
            driver.call(CudaCall.DEVICE_NAME, "asking for the device's name", text, LONGEST_NAME, handle);
            return text.getString(0);
        }
    }

    /** Such as {@code sm_90}. */
    public String architecture() {
        return "sm_" + major + minor;
    }
}
