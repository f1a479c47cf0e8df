package dev.quern.acceptance.hostile;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.StageSink;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One model file loaded and run as a user would: whatever it holds must end in results or in a {@link ModelException} that is no
 * fault of Quern's own, within two seconds of work and without exhausting the heap or the stack.
 *
 * @param stage how far it came
 * @param finding what went wrong that may not, for people; empty if nothing did
 * @param signature the same for telling findings apart: class and place
 */
record HostileTrial(HostileStage stage, Optional<String> finding, String signature) {
    /** How far a file comes. */
    enum HostileStage {
        /** Refused while read. */
        READER,
        /** Refused while it became a graph. */
        IMPORTER,
        /** Refused by the passes, the lowering or the code generation. */
        COMPILER,
        /** Compiled, then refused while running, or not run because its inputs are too large to be made. */
        LOADED,
        /** Compiled and gave results. */
        RAN
    }

    /** Processor time that one file may take. */
    static final long MOST_NANOS = 2_000_000_000L;

    private static final long MOST_MEMORY = 128L << 20;

    private static final Duration TIME_LIMIT = Duration.ofMillis(1500);

    /** Notes that a file was imported and is being compiled. */
    private static final class StageWatch implements StageSink {
        private HostileStage stage = HostileStage.READER;

        @Override
        public void graph(String name, Graph graph) {
            stage = HostileStage.COMPILER;
        }
    }

    /** Tries {@code file}. */
    static HostileTrial of(byte[] file) {
        return of(file, TIME_LIMIT);
    }

    /** Tries {@code file} with another time limit. */
    static HostileTrial of(byte[] file, Duration limit) {
        StageWatch progress = new StageWatch();
        long begin = processorTime();
        HostileTrial trial = attempt(file, limit, progress);
        long spent = processorTime() - begin;
        if (trial.finding().isEmpty() && spent > MOST_NANOS) {
            return new HostileTrial(
                    trial.stage(), Optional.of("took " + spent / 1_000_000 + " ms of work"), "slow " + trial.stage());
        }
        return trial;
    }

    private static long processorTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static HostileTrial attempt(byte[] file, Duration limit, StageWatch progress) {
        Options options = Options.builder()
                .threads(1)
                .maxMemory(MOST_MEMORY)
                .timeLimit(limit)
                .build();
        try (CompiledModel model =
                ModelCompiler.of(options).withStages(progress).compile(file)) {
            progress.stage = HostileStage.LOADED;
            Optional<Map<String, Tensor>> inputs = TrialInputs.of(model.inputs());
            if (inputs.isPresent()) {
                model.run(inputs.get());
                progress.stage = HostileStage.RAN;
            }
            return new HostileTrial(progress.stage, Optional.empty(), "");
        } catch (ModelException refused) {
            return refused(refused, file, progress);
        } catch (Throwable escaped) {
            return finding(progress.stage, escaped);
        }
    }

    private static HostileTrial refused(ModelException refused, byte[] file, StageWatch progress) {
        boolean exhausted = refused.getCause() instanceof VirtualMachineError;
        if (refused.code() == ModelException.Code.INTERNAL || exhausted) {
            return finding(progress.stage, refused.getCause() == null ? refused : refused.getCause());
        }
        boolean earlier = progress.stage == HostileStage.READER && isReadable(file);
        return new HostileTrial(earlier ? HostileStage.IMPORTER : progress.stage, Optional.empty(), "");
    }

    private static boolean isReadable(byte[] file) {
        try (var _ = OnnxReader.read(file)) {
            return true;
        } catch (ModelException refused) {
            return false;
        }
    }

    private static HostileTrial finding(HostileStage stage, Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String place = "";
        for (StackTraceElement frame : root.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.quern.") && place.isEmpty()) {
                place = frame.getClassName().substring("dev.quern.".length()) + "." + frame.getMethodName();
            }
        }
        String name = root.getClass().getSimpleName();
        return new HostileTrial(
                stage, Optional.of(root + " at " + place), name + " " + place.replaceAll("[0-9]+", "#"));
    }
}
