/** Kernel IR to Vector API bytecode. */
module dev.quern.vector {
    requires transitive dev.quern.ir;
    requires java.management;
    requires org.objectweb.asm;
    requires org.objectweb.asm.util;
    requires static jdk.incubator.vector;

    exports dev.quern.vector;

    provides dev.quern.ir.backend.Backend with
            dev.quern.vector.VectorBackend;
}
