package dev.quern.ir.interpret;

/** What a run of a kernel works on: the values of its names and the buffers in scope, at slots fixed when it was resolved. */
final class Frame {
    final long[] values;
    final View[] views;

    Frame(int values, int views) {
        this.values = new long[values];
        this.views = new View[views];
    }
}
