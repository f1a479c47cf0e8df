package dev.quern;

/**
 * What a file or a model may ask for before it is refused with {@link ModelException.Code#LIMIT}: every bound of Quern in one
 * place. All are far beyond real models, and below what would exhaust a stack, a heap or anybody's patience. What depends on
 * the use rather than on sense is set by {@link Options}.
 */
public final class Limits {
    /** Messages inside messages of a file. A graph in an attribute takes three, so this is about 66 nested graphs. */
    public static final int MESSAGE_DEPTH = 200;

    /** Messages, texts and listed numbers of one file, tensor elements aside. */
    public static final int FILE_ENTRIES = 10_000_000;

    /** Bytes of a name. */
    public static final int NAME_BYTES = 1 << 16;

    /** Bytes of any other text, such as a metadata value. */
    public static final int TEXT_BYTES = 1 << 26;

    /** Axes of a tensor. */
    public static final int RANK = 64;

    /** Elements that a file may state of a tensor: its size in bits still fits a {@code long}. */
    public static final long STATED_ELEMENTS = 1L << 55;

    /** Bytes that the sparse constants of a model may come to when they are spelt out. */
    public static final long SPARSE_BYTES = 1L << 28;

    /** Functions and bodies inside one another. */
    public static final int GRAPH_DEPTH = 64;

    /** Nodes that a model may come to when its functions are inlined. */
    public static final int NODES = 1_000_000;

    /** Nodes that a model may always come to, however few it states. */
    public static final int FEW_NODES = 20_000;

    /** Nodes that a model of more may come to for each node that its file states. */
    public static final int NODES_PER_STATED = 50;

    /** Terms of an expression of sizes. */
    public static final int SIZE_TERMS = 512;

    /** Factors of a term of an expression of sizes. */
    public static final int SIZE_DEGREE = 256;

    /** Symbols, divisions, minima and maxima of an expression of sizes, those inside others included. */
    public static final int SIZE_ATOMS = 1 << 14;

    /** Bytes of operands and results that computing one constant before the model runs may take. */
    public static final long FOLD_BYTES = 1L << 28;

    /** Elements visited, or multiply-adds, for one constant that is computed before the model runs. */
    public static final long FOLD_STEPS = 1L << 28;

    /** The same where an element is visited more often than a few times, as by products, pools and recurrences. */
    public static final long FOLD_DENSE_STEPS = 1L << 25;

    /** The same for all constants computed in one pass over a graph. */
    public static final long FOLD_ALL_STEPS = 1L << 30;

    /** Simple operations that a kernel computes for one element without storing it; more are done by several kernels. */
    public static final int EXPRESSION_WORK = 256;

    /** Values that a kernel reads: with their offsets, and with loop variables, fewer than the 255 arguments of a method. */
    public static final int KERNEL_OPERANDS = 48;

    /** Scalar operations of one kernel of one run: days of work. */
    public static final long KERNEL_WORK = 1L << 50;

    /** Iterations of one loop of a model, unless {@link Options#maxIterations} says otherwise. */
    public static final long ITERATIONS = 4_000_000;

    private Limits() {}

    /** Bytes of working memory of one run, unless {@link Options#maxMemory} says otherwise: half of what the heap may grow to. */
    public static long memory() {
        return Runtime.getRuntime().maxMemory() / 2;
    }
}
