package dev.quern.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.tune.MachineName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Figures as JSON; {@link SavedFigures} reads them again. Times are in milliseconds. */
public final class FiguresJson {
    private final JsonGenerator json;
    private final Baseline baseline;

    /** Writes to {@code json}, inside an object; each case beside its verdict against {@code baseline}. */
    public FiguresJson(JsonGenerator json, Baseline baseline) {
        this.json = json;
        this.baseline = baseline;
    }

    /** Writes all of it. */
    public void write(String version, List<Figures> all) throws IOException {
        json.writeStringField("form", SavedFigures.FORM);
        json.writeStringField("quern", version);
        json.writeStringField("java", Runtime.version().toString());
        json.writeStringField("processor", MachineName.processor());
        json.writeNumberField("processors", Runtime.getRuntime().availableProcessors());
        json.writeArrayFieldStart("cases");
        for (Figures figures : all) {
            json.writeStartObject();
            subject(figures.subject());
            switch (figures) {
                case SpeedFigures speed -> speed(speed);
                case LoadFigures load -> load(load);
            }
            Optional<SpeedVerdict> verdict = baseline.verdict(figures);
            if (verdict.isPresent()) {
                verdict(verdict.get());
            }
            json.writeBooleanField("disturbed", figures.measured().isDisturbed());
            json.writeArrayFieldStart("rounds");
            for (Tries<? extends Round> round : figures.measured().rounds()) {
                condition(round.result().condition(), round.tries());
            }
            json.writeEndArray();
            json.writeArrayFieldStart("failures");
            for (BenchFailure failure : figures.measured().failures()) {
                json.writeString(failure.getMessage());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void subject(BenchCase subject) throws IOException {
        json.writeStringField("model", subject.model());
        json.writeStringField("shape", subject.shape());
        json.writeNumberField("threads", subject.threads());
        json.writeArrayFieldStart("arguments");
        for (String word : subject.arguments()) {
            json.writeString(word);
        }
        json.writeEndArray();
    }

    private void speed(SpeedFigures speed) throws IOException {
        json.writeStringField("kind", "speed");
        json.writeArrayFieldStart("contenders");
        for (String contender : speed.contenders()) {
            json.writeStartObject();
            json.writeStringField("name", contender);
            Sample medians = speed.medians(contender);
            json.writeNumberField("median_ms", medians.median());
            json.writeNumberField("spread", medians.spread());
            json.writeNumberField("p10_ms", speed.over(contender, Timing::low).median());
            json.writeNumberField("p90_ms", speed.over(contender, Timing::high).median());
            numbers(
                    "jvms_ms",
                    speed.measured().rounds().stream()
                            .flatMap(round -> round.result().timings().stream())
                            .filter(timing -> timing.contender().equals(contender))
                            .mapToDouble(Timing::median)
                            .toArray());
            if (!contender.equals(Contender.QUERN) && speed.contenders().contains(Contender.QUERN)) {
                Sample ratios = speed.ratios(contender, Contender.QUERN);
                json.writeNumberField(
                        "over_quern",
                        medians.median() / speed.medians(Contender.QUERN).median());
                json.writeNumberField("over_quern_least", ratios.least());
                json.writeNumberField("over_quern_greatest", ratios.greatest());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void load(LoadFigures load) throws IOException {
        json.writeStringField("kind", "load");
        json.writeArrayFieldStart("contenders");
        for (String contender : load.contenders()) {
            json.writeStartObject();
            json.writeStringField("name", contender);
            json.writeNumberField(
                    "load_ms", load.over(contender, LoadTiming::load).median());
            json.writeNumberField(
                    "first_answer_ms",
                    load.over(contender, LoadTiming::firstAnswer).median());
            double[] first = new double[LoadTiming.FIRST];
            for (int run = 0; run < first.length; run++) {
                int index = run;
                first[run] =
                        load.over(contender, timing -> timing.first()[index]).median();
            }
            numbers("first_runs_ms", first);
            json.writeNumberField(
                    "steady_ms", load.over(contender, LoadTiming::steady).median());
            json.writeNumberField(
                    "to_steady_ms", load.over(contender, LoadTiming::toSteady).median());
            json.writeNumberField("peak_resident_bytes", (long)
                    load.over(contender, LoadTiming::residentBytes).median());
            json.writeArrayFieldStart("jvms");
            for (Tries<LoadRound> round : load.measured().rounds()) {
                for (LoadTiming timing : round.result().timings()) {
                    if (timing.contender().equals(contender)) {
                        jvm(timing);
                    }
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void jvm(LoadTiming timing) throws IOException {
        json.writeStartObject();
        json.writeNumberField("load_ms", timing.load());
        json.writeNumberField("first_answer_ms", timing.firstAnswer());
        numbers("first_runs_ms", timing.first());
        json.writeNumberField("steady_ms", timing.steady());
        json.writeNumberField("to_steady_ms", timing.toSteady());
        json.writeNumberField("peak_resident_bytes", timing.residentBytes());
        json.writeEndObject();
    }

    private void verdict(SpeedVerdict verdict) throws IOException {
        json.writeObjectFieldStart("against_earlier");
        json.writeNumberField("ratio", verdict.ratio());
        json.writeNumberField("tolerance", verdict.tolerance());
        json.writeBooleanField("interleaved", verdict.interleaved());
        json.writeStringField("verdict", verdict.words());
        json.writeEndObject();
    }

    private void condition(MachineCondition condition, int tries) throws IOException {
        json.writeStartObject();
        peaks("peaks_before", condition.before());
        peaks("peaks_after", condition.after());
        peaks("peaks_best", condition.best());
        if (!Double.isNaN(condition.load())) {
            json.writeNumberField("load", condition.load());
        }
        if (condition.activity().isPresent()) {
            Activity activity = condition.activity().get();
            json.writeNumberField("others_processors", activity.others());
            json.writeNumberField("stolen_processors", activity.stolen());
        }
        json.writeNumberField("tries", tries);
        json.writeArrayFieldStart("disturbances");
        for (String reason : condition.disturbances()) {
            json.writeString(reason);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void peaks(String name, Peaks peaks) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("fma_gflops", peaks.gigaflops());
        json.writeNumberField("memory_gbs", peaks.gigabytesPerSecond());
        json.writeEndObject();
    }

    private void numbers(String name, double[] numbers) throws IOException {
        json.writeArrayFieldStart(name);
        for (double number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }
}
