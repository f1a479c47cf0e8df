package dev.quern.onnx.proto;

/** What a file may ask for before it is refused. Far beyond real models; below what would exhaust a stack or a heap. */
final class Limits {
    /** Messages inside messages. A graph in an attribute takes three, so this is about 66 nested graphs. */
    static final int DEPTH = 200;

    /** Messages, texts and listed numbers in one file, tensor elements aside. */
    static final int ENTRIES = 10_000_000;

    /** Bytes of a name. */
    static final int NAME_BYTES = 1 << 16;

    /** Bytes of any other text, such as a metadata value. */
    static final int TEXT_BYTES = 1 << 26;

    /** Axes of a tensor. */
    static final int RANK = 64;

    /** Elements of a tensor: its size in bits still fits a {@code long}. */
    static final long ELEMENTS = 1L << 55;

    /** Decoded constants up to this many bytes lie on the heap, larger ones in native memory. */
    static final long HEAP_BYTES = 1 << 16;

    private Limits() {}
}
