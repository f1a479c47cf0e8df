package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.judge.Judge;
import dev.quern.acceptance.judge.ModelOutcome;
import dev.quern.acceptance.judge.ModelText;
import dev.quern.acceptance.judge.Verdict;
import dev.quern.onnx.build.OnnxBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A small model, and runs of it, against the reference interpreter and ONNX Runtime. */
final class SmallModel {
    private final String name;
    private final OnnxBuilder model;
    private final List<Map<String, Tensor>> runs = new ArrayList<>();

    private SmallModel(String name, OnnxBuilder model) {
        this.name = name;
        this.model = model;
    }

    static SmallModel of(String name, OnnxBuilder model) {
        return new SmallModel(name, model);
    }

    /** Adds a run. */
    SmallModel run(Map<String, Tensor> inputs) {
        runs.add(inputs);
        return this;
    }

    /** Quern, the interpreter and ONNX Runtime agree on each run, in scalar code and in vectors. */
    void agrees() {
        judged(Verdict.AGREED);
    }

    /** Quern and the interpreter agree; ONNX Runtime does not run the model. */
    void agreesAlone() {
        judged(Verdict.AGREED_ALONE);
    }

    private void judged(Verdict expected) {
        GeneratedModel generated = new GeneratedModel(name, model.model(), runs);
        for (long seed : new long[] {0, 5}) {
            ModelOutcome outcome = new Judge().judge(generated, seed);
            assertEquals(expected, outcome.verdict(), () -> name + ": " + outcome + "\n" + ModelText.of(generated));
        }
    }

    /** Loading, or the run, ends in a refusal with this code; compiled and interpreted. */
    static String refused(ModelException.Code code, OnnxBuilder model, Map<String, Tensor> inputs) {
        byte[] bytes = model.build();
        ModelException compiled = assertThrows(ModelException.class, () -> {
            try (Model loaded = Model.load(bytes, Options.defaults())) {
                loaded.run(inputs);
            }
        });
        assertEquals(code, compiled.code(), compiled.getMessage());
        return compiled.getMessage();
    }

    static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }
}
