/** Kernel IR to Vector API bytecode. */
module dev.quern.vector {
    requires dev.quern.ir;
    requires org.objectweb.asm;
    requires org.objectweb.asm.util;
    requires static jdk.incubator.vector;
}
