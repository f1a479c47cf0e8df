package dev.quern.vector;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Asks HotSpot to leave kernels to its second compiler, C2. The first, C1, inlines the Vector API into methods so large that it gives
 * up on many ("out of virtual registers"). Where that happens after it has compiled the method without a profile, the method stays in
 * that form for good, some ten times slower than it should be: whether it happens is a matter of timing, so that one JVM in two
 * runs a model at two thirds of its speed. Methods that C1 may not compile at all are interpreted until C2 has them, which takes
 * less time altogether; {@code docs/performance.md} has the figures.
 *
 * <p>It is a compiler directive, added once for each JVM through the diagnostic commands that {@code jcmd} uses, for the classes of
 * kernels alone. Where the JVM has no such commands, nothing changes. {@code -Dquern.directives=false} leaves it out. Kernels are also
 * {@linkplain #rehearse rehearsed}.
 */
final class KernelCompilation {
    private static final System.Logger LOG = System.getLogger("dev.quern.vector");
    private static final String DIRECTIVES =
            "[{ match: [\"dev/quern/vector/Kernel_*.*\"], c1: { Exclude: true }, c2: {} }]";
    /**
     * Calls of each method of a kernel before it runs first. More than HotSpot's Tier4MinInvocationThreshold, from which on it compiles a
     * method for what its loops do too, several times that where its queue is long; less than Tier4InvocationThreshold, which alone has it compiled,
     * for what it has done so far: nothing.
     */
    private static final int REHEARSALS = 2_000;

    private static final CountDownLatch ASKED = new CountDownLatch(1);
    private static final AtomicReference<Thread> ASKING = new AtomicReference<>();
    private static final BlockingQueue<GeneratedKernel> NEW = new LinkedBlockingQueue<>();

    private KernelCompilation() {}

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

    /**
     * Has the JVM compile the methods of {@code kernel} as they are called, as soon as their loops are known to be worth it. HotSpot would else meet
     * them in their first call, in the midst of a loop, and compile them for entering there: with all vectors of a tile in variables of the
     * interpreter that takes twice the time, gives ten times the code, and is done again for the next call.
     */
    static void rehearse(GeneratedKernel kernel) {
        NEW.add(kernel);
    }

    private static void attend() {
        if (Boolean.parseBoolean(System.getProperty("quern.directives", "true"))) {
            ask();
        }
        ASKED.countDown();
        boolean worthIt = compilesAsUsual();
        try {
            while (true) {
                GeneratedKernel kernel = NEW.take();
                if (worthIt) {
                    rehearseNow(kernel);
                }
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever happens, this thread goes on to the next kernel: else those that come would be held for good. */
    private static void rehearseNow(GeneratedKernel kernel) {
        try {
            kernel.rehearse(REHEARSALS);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError failed) {
            LOG.log(System.Logger.Level.DEBUG, "a kernel is not rehearsed", failed);
        }
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
        return (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), name, parameters, signature);
    }
}
