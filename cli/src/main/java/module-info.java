/** The quern command. */
module dev.quern.cli {
    requires com.fasterxml.jackson.core;
    requires dev.quern;
    requires dev.quern.ir;
    requires dev.quern.onnx;
    requires dev.quern.passes;
    requires dev.quern.ptx;
    requires dev.quern.runtime;
    requires dev.quern.tune;
    requires info.picocli;
    requires java.management;
    requires org.apache.commons.compress;
    requires static jdk.incubator.vector;

    opens dev.quern.cli to
            info.picocli;
}
