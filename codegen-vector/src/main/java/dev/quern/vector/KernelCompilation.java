package dev.quern.vector;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * Asks HotSpot to leave kernels to its second compiler, C2. The first, C1, inlines the Vector API into methods so large that it gives
 * up on many ("out of virtual registers"). Where that happens after it has compiled the method without a profile, the method stays in
 * that form for good, some ten times slower than it should be: whether it happens is a matter of timing, so that one JVM in two
 * runs a model at two thirds of its speed. Methods that C1 may not compile at all are interpreted until C2 has them, which takes
 * less time altogether; {@code docs/performance.md} has the figures.
 *
 * <p>It is a compiler directive, added once for each JVM through the diagnostic commands that {@code jcmd} uses, for the classes of
 * kernels alone. Where the JVM has no such commands, nothing changes. {@code -Dquern.directives=false} leaves it out. Kernels are also
 * {@linkplain KernelRehearsal rehearsed}.
 */
final class KernelCompilation {
    private static final System.Logger LOG = System.getLogger("dev.quern.vector");
    private static final String DIRECTIVES =
            "[{ match: [\"dev/quern/vector/Kernel_*.*\"], c1: { Exclude: true }, c2: {} }]";
    private static final CountDownLatch ASKED = new CountDownLatch(1);
    private static final AtomicReference<Thread> ASKING = new AtomicReference<>();

    private static volatile boolean asked;

    private KernelCompilation() {}

    /** Whether HotSpot has taken the directive, so that C1 compiles no kernel; false while that is not known. */
    static boolean leavesKernelsToC2() {
        return asked;
    }

    /** Asks, the first time that this is called, on a thread of its own: the JVM's management takes a tenth of a second to start. */
    static void prepare() {
        if (ASKING.get() != null) {
            return;
        }
        Thread asking = Thread.ofPlatform().daemon().name("quern-kernels").unstarted(KernelCompilation::attend);
        if (ASKING.compareAndSet(null, asking)) {
            asking.start();
        }
    }

    private static void attend() {
        if (Boolean.parseBoolean(System.getProperty("quern.directives", "true"))) {
            ask();
        }
        ASKED.countDown();
        VectorClasses.initialise();
        KernelRehearsal.attend(compilesAsUsual());
    }

    /** Whether no option of the JVM changes when methods are compiled, or by what. */
    private static boolean compilesAsUsual() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .noneMatch(option -> option.contains("CompileThreshold")
                        || option.contains("TieredStopAtLevel")
                        || option.contains("TieredCompilation")
                        || option.contains("Tier4")
                        || option.equals("-Xint"));
    }

    /** Waits until HotSpot has been asked. */
    static void awaitPrepared() throws InterruptedException {
        prepare();
        ASKED.await();
    }

    private static void ask() {
        try {
            Path file = Files.createTempFile("quern", ".directives");
            try {
                Files.writeString(file, DIRECTIVES);
                command("compilerDirectivesAdd", file.toString());
                asked = true;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException | JMException | RuntimeException absent) {
            LOG.log(System.Logger.Level.DEBUG, "kernels are compiled by C1 too: no directives could be added", absent);
        }
    }

    /** What a diagnostic command of this JVM answers. */
    static String command(String name, String... arguments) throws JMException {
        Object[] parameters = arguments.length == 0 ? new Object[0] : new Object[] {arguments};
        String[] signature = arguments.length == 0 ? new String[0] : new String[] {String[].class.getName()};
        return (String) invoke("DiagnosticCommand", name, parameters, signature);
    }

    /** The value of an option of this JVM. */
    static String option(String name) throws JMException {
        CompositeData option = (CompositeData)
                invoke("HotSpotDiagnostic", "getVMOption", new Object[] {name}, new String[] {String.class.getName()});
        return (String) option.get("value");
    }

    private static Object invoke(String bean, String operation, Object[] parameters, String[] signature)
            throws JMException {
        return ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName("com.sun.management:type=" + bean), operation, parameters, signature);
    }
}
