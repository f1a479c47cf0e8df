package dev.quern.runtime;

import dev.quern.ir.backend.Executable;

/**
 * How a kernel was run.
 *
 * @param executable its code
 * @param symbols values of its symbols, in the kernel's order; not to be changed
 * @param extent iterations of its parallel loop; 1 if there is none
 * @param participants threads that it was offered to, the caller included
 */
public record KernelRun(Executable executable, long[] symbols, long extent, int participants) {}
