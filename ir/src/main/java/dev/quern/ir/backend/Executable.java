package dev.quern.ir.backend;

import dev.quern.ir.kernel.Kernel;

/** A compiled kernel. Thread-safe, and free of state: all it works on are its arguments. */
public sealed interface Executable permits HostExecutable, DeviceExecutable {
    /** The kernel that was compiled, as scheduled. */
    Kernel kernel();

    /** The generated code, for dumps: class file bytes or PTX text. */
    byte[] artifact();

    /** What files of the generated code are called by: {@code .class} or {@code .ptx}. */
    String artifactSuffix();
}
