package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.doctor.Zoo;
import dev.quern.cli.doctor.ZooModel;
import dev.quern.ir.backend.Backend;
import dev.quern.runtime.BackendChoice;
import dev.quern.runtime.ModelCompiler;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What {@code quern doctor} starts: runs the zoo on a device, and prints how each model ended. Each is run until the JVM has had time to compile
 * its kernels, so that their code is looked at too.
 */
@Command(name = ZooWorkerCommand.NAME, hidden = true, description = "Used by quern doctor.")
final class ZooWorkerCommand implements Callable<Integer> {
    static final String NAME = "zoo-worker";

    private static final long RUNNING_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MOST_RUNS = 20_000;
    private static final long SEED = 1;

    private final Session session;

    @Parameters(paramLabel = "DEVICE")
    private String device;

    ZooWorkerCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PrintStream answers = session.out();
        // Whatever else prints must not be taken for an answer.
        System.setOut(System.err);
        Options options = Options.builder().device(device).noCache().build();
        Backend backend = BackendChoice.forDevice(device);
        Zoo.each(model -> fault(model, options), backend::isAvailable, result -> {
            answers.writeBytes((result.line() + "\n").getBytes(StandardCharsets.UTF_8));
            answers.flush();
        });
        return ExitStatus.OK;
    }

    private static String fault(ZooModel model, Options options) {
        try (Model loaded = Model.load(model.bytes(), options);
                Model interpreted =
                        ModelCompiler.of(Options.builder().noCache().build()).interpret(model.bytes())) {
            Map<String, Tensor> inputs = SampleInputs.complete(loaded.inputs(), Map.of(), Map.of(), SEED);
            Map<String, Tensor> expected = interpreted.run(inputs);
            String first = difference(loaded.run(inputs), expected);
            if (!first.isEmpty()) {
                return first;
            }
            long begin = System.nanoTime();
            for (int run = 0; run < MOST_RUNS && System.nanoTime() - begin < RUNNING_NANOS; run++) {
                loaded.run(inputs);
            }
            String later = difference(loaded.run(inputs), expected);
            return later.isEmpty() ? "" : "right at first, then " + later;
        } catch (ModelException refused) {
            return refused.getMessage();
        } catch (RuntimeException | LinkageError | StackOverflowError | OutOfMemoryError failure) {
            return failure.toString();
        }
    }

    private static String difference(Map<String, Tensor> ours, Map<String, Tensor> expected) {
        PeerComparison comparison = PeerComparison.of(ours, expected, PeerSpread.NONE);
        return comparison.agrees() ? "" : comparison.largestError();
    }
}
