package dev.quern.acceptance;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.Parser;
import dev.quern.runtime.BackendChoice;
import java.lang.foreign.MemorySegment;

/**
 * A program that has a device store far outside of all memory, which no kernel of a model does, and says how that ends; afterwards the process can use the device no more.
 */
final class DeviceFault {
    private static final Kernel PLANTED = Parser.parseKernel("""
            kernel planted template traversal
                reads x: i64[1]
                writes y: f32[1] {
              for t in 0..1 thread {
                let i = x[t] {
                  y[i] = 1.0
                }
              }
            }
            """);

    private DeviceFault() {}

    /** Prints the message of each exception, and {@code alive} at the end. */
    public static void main(String[] arguments) {
        Backend backend = BackendChoice.forDevice(arguments[0]);
        DeviceExecutable executable = (DeviceExecutable) backend.compile(PLANTED, backend.target(1));
        DeviceQueue queue = backend.openQueue().orElseThrow();
        long x = queue.allocate(Long.BYTES);
        long y = queue.allocate(Float.BYTES);
        queue.copyIn(MemorySegment.ofArray(new long[] {1L << 40}), x);
        executable.launch(queue, new long[] {x, y}, new long[0]);
        for (int wait = 0; wait < 2; wait++) {
            try {
                queue.await();
                System.out.println("no exception");
            } catch (ModelException fault) {
                System.out.println(fault.code() + ": " + fault.getMessage());
            }
        }
        System.out.println("alive");
    }
}
