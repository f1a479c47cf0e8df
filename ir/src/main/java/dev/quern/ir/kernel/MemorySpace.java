package dev.quern.ir.kernel;

/** Where a buffer lives. */
public enum MemorySpace {
    /** The program's memory; parameters of a kernel are here. */
    GLOBAL,
    /** Memory of one thread block on a grid; on a CPU, scratch memory of one thread. */
    SHARED,
    /** Registers of one thread; once scheduled, only constants and unrolled or vector variables may index it; on a grid also variables of threads. */
    REGISTER
}
