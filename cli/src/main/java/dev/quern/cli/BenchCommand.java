package dev.quern.cli;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.bench.Contender;
import dev.quern.cli.bench.Interleaved;
import dev.quern.cli.bench.MachinePeak;
import dev.quern.cli.onnxruntime.OnnxRuntime;
import dev.quern.cli.onnxruntime.OnnxRuntimeSession;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern bench}: times a model here and with ONNX Runtime, interleaved, in one process. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Times a model with Quern and with ONNX Runtime in turn, A B A B, in one process.",
            "Beside the times stand the peaks of this machine, read before and after: a run in which they differ by 10 %% or "
                    + "more was disturbed. Inputs not given are random."
        })
final class BenchCommand implements Callable<Integer> {
    /** A disturbance of the machine above this makes a run doubtful. */
    private static final double DISTURBED = 0.1;

    private final Session session;

    /** What Quern is timed beside. */
    enum PeerName {
        ort,
        none
    }

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--counts",
            paramLabel = "N",
            split = ",",
            description = "Numbers of threads to measure with, such as 1,2. Default: ${DEFAULT-VALUE}.")
    private List<Integer> counts = List.of(1);

    @Option(
            names = "--peer",
            paramLabel = "PEER",
            description = "ort (ONNX Runtime, which Maven fetches) or none. Default: ${DEFAULT-VALUE}.")
    private PeerName peer = PeerName.ort;

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N",
            description = "Extent of a symbolic axis in random inputs; by default 1 for a first axis, 32 for others.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "How long each runs before anything counts. Default: ${DEFAULT-VALUE}.")
    private double warmUp = 5;

    @Option(names = "--time", paramLabel = "SECONDS", description = "How long is timed. Default: ${DEFAULT-VALUE}.")
    private double time = 10;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    BenchCommand(Session session) {
        this.session = session;
    }

    /** One number of threads measured. */
    private record Result(int threads, List<Interleaved.Times> times, double before, double after, double bandwidth) {
        boolean isDisturbed() {
            return Math.abs(before - after) > DISTURBED * Math.max(before, after);
        }

        double ratio() {
            return times.size() < 2
                    ? Double.NaN
                    : times.get(1).median() / times.get(0).median();
        }
    }

    @Override
    public Integer call() {
        Path file = model.locate(session);
        List<Result> results = new ArrayList<>();
        for (int threads : counts) {
            results.add(measure(file, threads));
        }
        if (json) {
            printJson(file, results);
        } else {
            print(results);
        }
        return ExitStatus.OK;
    }

    private Result measure(Path file, int threads) {
        try (Model loaded = Model.load(file, Options.builder().threads(threads).build())) {
            Map<String, Tensor> inputs = SampleInputs.complete(loaded.inputs(), model.given(session, loaded), dims, 1);
            List<Contender> contenders = new ArrayList<>();
            contenders.add(new Contender("Quern", () -> loaded.run(inputs), () -> {}));
            if (peer == PeerName.ort) {
                contenders.add(onnxRuntime(file, inputs, threads));
            }
            double[] peaks = new double[2];
            List<Interleaved.Times> times;
            try (Progress _ =
                    Progress.of(session.err(), "timing " + file.getFileName() + " on " + threads + " threads")) {
                Interleaved plan = new Interleaved(warmUp, time, 5);
                times = plan.measure(contenders, () -> peaks[0] = MachinePeak.gigaflops());
                peaks[1] = MachinePeak.gigaflops();
            } finally {
                contenders.forEach(Contender::close);
            }
            return new Result(threads, times, peaks[0], peaks[1], MachinePeak.gigabytesPerSecond());
        }
    }

    private Contender onnxRuntime(Path file, Map<String, Tensor> inputs, int threads) {
        SessionSettings settings = new SessionSettings(threads, true, true);
        OnnxRuntimePeer library = new OnnxRuntimePeer(session, settings);
        OnnxRuntimeSession opened = OnnxRuntime.of(library.jar()).open(file, settings);
        opened.bind(inputs);
        return new Contender(library.name(), opened::runOnly, opened::close);
    }

    private void print(List<Result> results) {
        Table table = new Table().row("threads", "", "median ms", "10 %", "90 %", "runs");
        for (Result result : results) {
            for (Interleaved.Times times : result.times()) {
                table.row(
                        result.threads(),
                        times.name(),
                        number(times.median()),
                        number(times.quantile(0.1)),
                        number(times.quantile(0.9)),
                        times.nanos().length);
            }
        }
        table.print(session.out());
        for (Result result : results) {
            session.out()
                    .printf(
                            Locale.ROOT,
                            "threads %d: peer/Quern %.3f; FMA peak of one core %.1f GFLOP/s before, %.1f after%s; memory %.1f GB/s%n",
                            result.threads(),
                            result.ratio(),
                            result.before(),
                            result.after(),
                            result.isDisturbed() ? " (disturbed)" : "",
                            result.bandwidth());
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void printJson(Path file, List<Result> results) {
        Json.print(session.out(), json -> {
            json.writeStringField("model", file.getFileName().toString());
            json.writeArrayFieldStart("runs");
            for (Result result : results) {
                json.writeStartObject();
                json.writeNumberField("threads", result.threads());
                for (Interleaved.Times times : result.times()) {
                    json.writeObjectFieldStart(times.name());
                    json.writeNumberField("median_ms", times.median());
                    json.writeNumberField("p10_ms", times.quantile(0.1));
                    json.writeNumberField("p90_ms", times.quantile(0.9));
                    json.writeNumberField("runs", times.nanos().length);
                    json.writeEndObject();
                }
                if (result.times().size() > 1) {
                    json.writeNumberField("ratio", result.ratio());
                }
                json.writeNumberField("fma_gflops_before", result.before());
                json.writeNumberField("fma_gflops_after", result.after());
                json.writeBooleanField("disturbed", result.isDisturbed());
                json.writeNumberField("memory_gbs", result.bandwidth());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
