package dev.quern.ir.interpret.kernel;

/**
 * What a run of a kernel works on: the values of its names, the buffers in scope, and what the lanes of vector loops give to
 * reductions across them, at slots fixed when it was resolved.
 */
final class Frame {
    final long[] values;
    final BufferView[] views;
    final LaneValues[] lanes;

    Frame(int values, int views, int lanes) {
        this.values = new long[values];
        this.views = new BufferView[views];
        this.lanes = new LaneValues[lanes];
    }
}
