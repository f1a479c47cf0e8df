package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A kernel that is loaded. */
public final class CudaFunction {
    /** The numbers of {@code CUfunction_attribute}. */
    private static final int LOCAL_SIZE_BYTES = 3;

    private static final int NUMBER_OF_REGISTERS = 4;
    private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;

    private final CudaContext context;
    private final String name;
    private final long handle;

    CudaFunction(CudaContext context, String name, long handle) {
        this.context = context;
        this.name = name;
        this.handle = handle;
    }

    /** Registers of one thread. */
    public int registers() {
        return attribute(NUMBER_OF_REGISTERS);
    }

    /** Bytes of one thread that do not fit into registers. */
    public int localBytes() {
        return attribute(LOCAL_SIZE_BYTES);
    }

    private int attribute(int attribute) {
        return (int)
                context.number(CudaCall.FUNCTION_ATTRIBUTE, "asking for an attribute of " + name, attribute, handle);
    }

    /** Lets launches ask for up to {@code bytes} of shared memory beside what the text declares. */
    public void allowSharedMemory(int bytes) {
        context.call(
                CudaCall.FUNCTION_SET_ATTRIBUTE,
                "asking for " + bytes + " bytes of shared memory for " + name,
                handle,
                MAX_DYNAMIC_SHARED_SIZE_BYTES,
                bytes);
    }

    /**
     * Gives the kernel to {@code stream}.
     *
     * @param blocks blocks of the grid, at least one
     * @param threads threads of a block, at least one
     * @param sharedBytes shared memory beside what the text declares
     * @param arguments 64-bit arguments: addresses on the device and numbers
     */
    public void launch(CudaStream stream, int blocks, int threads, int sharedBytes, long... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, arguments);
            MemorySegment places = arena.allocate(ValueLayout.ADDRESS, Math.max(1, arguments.length));
            for (int i = 0; i < arguments.length; i++) {
                places.setAtIndex(ValueLayout.ADDRESS, i, values.asSlice((long) i * Long.BYTES));
            }
            context.call(
                    CudaCall.LAUNCH,
                    "launching kernel " + name + " on " + blocks + " blocks of " + threads + " threads",
                    handle,
                    blocks,
                    1,
                    1,
                    threads,
                    1,
                    1,
                    sharedBytes,
                    stream.handle(),
                    places,
                    MemorySegment.NULL);
        }
    }
}
