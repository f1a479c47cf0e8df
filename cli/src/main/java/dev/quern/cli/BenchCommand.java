package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.bench.Baseline;
import dev.quern.cli.bench.BenchCase;
import dev.quern.cli.bench.BenchFailure;
import dev.quern.cli.bench.BenchPlan;
import dev.quern.cli.bench.BestPeaks;
import dev.quern.cli.bench.Figures;
import dev.quern.cli.bench.FiguresJson;
import dev.quern.cli.bench.SavedFigures;
import dev.quern.cli.bench.SideBySide;
import dev.quern.cli.bench.SpeedVerdict;
import dev.quern.cli.bench.worker.Subject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern bench}: times models here, with ONNX Runtime, and with an earlier build. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Times models with Quern and with ONNX Runtime, each in JVMs of its own, which run in turn.",
            "A JVM of each is warmed up; then blocks of runs alternate, A B B A, each timed run preceded by one that is not; "
                    + "and so on with fresh JVMs. A figure is the median over JVMs of their medians, the spread its least "
                    + "to its greatest.",
            "Before and after each JVM the peaks of this machine are read. It counts if they differ by less than 10 %%, reach "
                    + "80 %% of the machine's best, other processes take less than 10 %% of the processors and the host withholds "
                    + "less than 2 %%; after three tries the least disturbed is taken, and said to be.",
            "ONNX Runtime runs with all its optimisations, bound inputs and session.force_spinning_stop = 1, so that its threads "
                    + "take nothing from who runs next.",
            "The exit status is 1 if an earlier build is compared with and a case is slower: by more than the spread over the "
                    + "JVMs, or by more than 5 %%."
        })
final class BenchCommand implements Callable<Integer> {
    /** Whom Quern is timed beside. */
    enum BenchPeer {
        ort,
        none
    }

    private final Session session;

    @Mixin
    private CaseArguments arguments = new CaseArguments();

    @Option(
            names = "--cases",
            paramLabel = "FILE",
            description = "Models to time, one a line: MODEL and its --name, --input and --dim.")
    private String cases;

    @Option(
            names = {"--threads", "--counts"},
            paramLabel = "N",
            split = ",",
            description = "Numbers of threads to measure with, such as 1,2. Default: ${DEFAULT-VALUE}.")
    private List<Integer> threads = List.of(1);

    @Option(
            names = "--peer",
            paramLabel = "PEER",
            description = "ort (ONNX Runtime, which Maven fetches) or none. Default: ${DEFAULT-VALUE}.")
    private BenchPeer peer = BenchPeer.ort;

    @Option(
            names = "--peer-default",
            description = "Time ONNX Runtime also by its own setting, where its threads spin for work after a run.")
    private boolean peerDefault;

    @Option(names = "--isolate", paramLabel = "N", description = "JVMs of each contender. Default: ${DEFAULT-VALUE}.")
    private int isolate = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "How long a JVM runs before anything counts. Default: ${DEFAULT-VALUE}.")
    private double warmUp = 5;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            description = "How long a JVM is measured. Default: ${DEFAULT-VALUE}.")
    private double time = 4;

    @Option(
            names = "--tries",
            paramLabel = "N",
            description = "How often a JVM's measurement is tried on a disturbed machine. Default: ${DEFAULT-VALUE}.")
    private int tries = 3;

    @Option(
            names = "--load",
            description =
                    "Measure in fresh JVMs, one at a time, how long loading takes, loading and the first answer, the first "
                            + "ten runs, until nine tenths of the steady speed, and the most memory held; once compiling "
                            + "the model, and once finding it kept by an earlier JVM.")
    private boolean load;

    @Option(names = "--save", paramLabel = "FILE", description = "Write the figures, for a later --against.")
    private String save;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "Compare with the figures of an earlier build. Without a model, its cases are timed.")
    private String against;

    @Option(
            names = "--old",
            paramLabel = "JAR",
            description = "The earlier build's bundle, timed in turn with this one and compared with.")
    private String old;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    BenchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        requirePositive("--isolate", isolate);
        requirePositive("--tries", tries);
        threads.forEach(count -> requirePositive("--threads", count));
        if (!(warmUp >= 0 && time >= 0 && warmUp + time < 1e6)) {
            throw new ModelException(
                    Code.INVALID_INPUT, "--warm-up, --time", "expected seconds, found " + warmUp + " and " + time);
        }
        Baseline baseline = new Baseline(saved());
        Path scratch = Files.createTempDirectory("quern-bench");
        try {
            List<BenchCase> subjects = cases(baseline, scratch);
            if (subjects.isEmpty()) {
                throw new ModelException(
                        Code.INVALID_INPUT, "", "expected a MODEL, or --cases; see 'quern bench --help'");
            }
            List<Figures> all = measure(subjects, scratch);
            if (save != null) {
                Files.writeString(session.path(save), json(all, baseline), StandardCharsets.UTF_8);
            }
            if (json) {
                session.out().println(json(all, baseline));
            } else {
                new BenchText(session.out(), baseline).print(all);
            }
            return status(all, baseline);
        } finally {
            ModelCache.delete(scratch);
        }
    }

    private static void requirePositive(String option, int number) {
        if (number < 1) {
            throw new ModelException(Code.INVALID_INPUT, option, "expected at least 1, found " + number);
        }
    }

    private Optional<SavedFigures> saved() {
        if (against == null) {
            return Optional.empty();
        }
        Path file = session.path(against);
        try {
            return Optional.of(SavedFigures.read(file));
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, file.toString(), "cannot be read (" + failure.getMessage() + ")", failure);
        }
    }

    private List<BenchCase> cases(Baseline baseline, Path scratch) {
        BenchCases maker = new BenchCases(session, threads, scratch);
        List<BenchCase> all = new ArrayList<>(maker.of(arguments));
        if (cases != null) {
            all.addAll(maker.ofFile(session.path(cases)));
        }
        if (all.isEmpty() && baseline.saved().isPresent()) {
            for (SavedFigures.SavedCase saved : baseline.saved().get().cases()) {
                all.addAll(
                        new BenchCases(session, List.of(saved.threads()), scratch).ofWords(against, saved.arguments()));
            }
        }
        return all;
    }

    private List<Figures> measure(List<BenchCase> subjects, Path scratch) throws IOException {
        BenchContenders contenders = new BenchContenders(session);
        if (load) {
            contenders.kept(Files.createTempDirectory(scratch, "kept"));
        }
        if (old != null) {
            contenders.earlier(old);
        }
        if (peer == BenchPeer.ort) {
            contenders.onnxRuntime(peerDefault);
        }
        SideBySide bench = new SideBySide(
                new BenchPlan(isolate, warmUp, time, tries),
                BestPeaks.in(ModelCache.of(session).folder()),
                scratch,
                doing -> session.err().println("quern: " + doing));
        List<Figures> all = new ArrayList<>();
        for (BenchCase subject : subjects) {
            all.add(load ? bench.load(subject, contenders.all()) : bench.speed(subject, contenders.all()));
        }
        return all;
    }

    private static String json(List<Figures> all, Baseline baseline) {
        return Json.text(json -> new FiguresJson(json, baseline).write(Versions.of("quern"), all));
    }

    private static int status(List<Figures> all, Baseline baseline) {
        List<BenchFailure> failures = all.stream()
                .flatMap(figures -> figures.measured().failures().stream())
                .toList();
        for (BenchFailure failure : failures) {
            if (!failure.isRefusal()) {
                throw new IllegalStateException(failure.getMessage(), failure);
            }
        }
        if (!failures.isEmpty()) {
            boolean own =
                    failures.stream().anyMatch(failure -> failure.contender().subject() instanceof Subject.Quern);
            return own ? ExitStatus.BAD_INPUT : ExitStatus.NO_PEER;
        }
        boolean slower = all.stream()
                .flatMap(figures -> baseline.verdict(figures).stream())
                .anyMatch(SpeedVerdict::isSlower);
        return slower ? ExitStatus.DISAGREEMENT : ExitStatus.OK;
    }
}
