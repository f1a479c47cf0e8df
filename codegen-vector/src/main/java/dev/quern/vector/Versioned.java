package dev.quern.vector;

/** Something that generated code writes: reads of one version give one value. */
abstract class Versioned {
    private long version;

    final long version() {
        return version;
    }

    /** Tells that the content may differ from now on. */
    final void changed() {
        version++;
    }
}
