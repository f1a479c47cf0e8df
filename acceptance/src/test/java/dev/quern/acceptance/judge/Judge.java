package dev.quern.acceptance.judge;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.runtime.ModelCompiler;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a model through Quern, through the reference interpreter on the graph as imported, and through ONNX Runtime, and compares.
 * Quern must be within rounding of the interpreter; the interpreter must be near ONNX Runtime.
 */
public final class Judge {
    /** Models that are compiled again for some shapes say so, which here is nothing to say. */
    private static final Logger QUIET = Logger.getLogger("dev.quern");

    /** A judge. */
    public Judge() {
        QUIET.setLevel(Level.OFF);
    }

    /** What came of the model, in a form that {@code seed} chooses. */
    public ModelOutcome judge(GeneratedModel model, long seed) {
        RunForm form = RunForm.of(seed);
        try {
            return judge(model, form, seed);
        } catch (Throwable failure) {
            return exception(failure);
        }
    }

    /** What nothing before expects: the interpreter refuses what Quern runs, or Quern refuses in another form or the second time. */
    private static ModelOutcome exception(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        List<String> lines = text.toString()
                .lines()
                .filter(Judge::ours)
                .limit(14)
                .map(String::strip)
                .toList();
        return new ModelOutcome(
                failure instanceof ModelException refusal && refusal.code() == ModelException.Code.LIMIT
                        ? Verdict.REFUSED
                        : Verdict.EXCEPTION,
                String.join("\n  ", lines));
    }

    /** Lines of a stack trace that tell something. */
    private static boolean ours(String line) {
        return !line.strip().startsWith("at ") || line.contains("dev.quern") && !line.contains(".acceptance.");
    }

    private ModelOutcome judge(GeneratedModel model, RunForm form, long seed) {
        byte[] bytes = model.bytes();
        PeerAnswer peer = PeerAnswer.of(model, seed % 2 == 0);
        Options options = Options.builder().threads(form.threads()).poison(true).build();
        Model compiled;
        try {
            compiled = form.under(() -> ModelCompiler.of(options).compile(bytes));
        } catch (ModelException refusal) {
            return refused(refusal, peer);
        }
        try (compiled;
                References references = new References(model.model())) {
            List<Map<String, Tensor>> results = new ArrayList<>();
            boolean peerAgrees = true;
            Optional<ModelOutcome> explained = Optional.empty();
            for (int run = 0; run < model.runs().size(); run++) {
                Optional<ModelOutcome> bad = run(model, compiled, references, form, seed, run, peer, results);
                if (bad.isPresent() && !bad.get().verdict().holds()) {
                    return bad.get();
                }
                explained = explained.or(() -> bad.filter(outcome -> outcome.verdict() != Verdict.AGREED_ALONE));
                peerAgrees &= bad.isEmpty();
            }
            if (form.repeats(seed)) {
                Optional<ModelOutcome> unlike =
                        repeat(model, compiled, form, form, results).or(() -> inOtherForm(model, bytes, form, results));
                if (unlike.isPresent()) {
                    return unlike.get();
                }
            }
            ModelOutcome plain = peerAgrees
                    ? new ModelOutcome(Verdict.AGREED, "")
                    : new ModelOutcome(Verdict.AGREED_ALONE, peer.refusal());
            return explained.orElse(plain);
        }
    }

    private static ModelOutcome refused(ModelException refusal, PeerAnswer peer) {
        if (refusal.code() == ModelException.Code.INTERNAL) {
            return exception(refusal.getCause());
        }
        boolean invalid = refusal.code() == ModelException.Code.INVALID_MODEL
                || refusal.code() == ModelException.Code.MALFORMED_MODEL
                || refusal.code() == ModelException.Code.INVALID_INPUT;
        if (!peer.answers()) {
            return new ModelOutcome(
                    Verdict.REFUSED_BY_BOTH, refusal.code() + " " + refusal.getMessage() + " | " + peer.refusal());
        }
        return new ModelOutcome(
                invalid ? Verdict.CALLED_INVALID : Verdict.REFUSED, refusal.code() + " " + refusal.getMessage());
    }

    private Optional<ModelOutcome> run(
            GeneratedModel model,
            Model compiled,
            References references,
            RunForm form,
            long seed,
            int run,
            PeerAnswer peer,
            List<Map<String, Tensor>> results) {
        Map<String, Tensor> inputs = model.runs().get(run);
        Map<String, Tensor> found;
        try {
            found = form.under(() -> compiled.run(inputs));
        } catch (ModelException refusal) {
            return Optional.of(refused(refusal, peer.at(run)));
        }
        results.add(found);
        ReferenceModel reference = references.under(inputs);
        Map<String, Tensor> expected = withOpenExtents(model, inputs, reference.run(inputs), found);
        Optional<String> difference = SpreadComparison.OURS.difference(reference, inputs, expected, found, seed);
        if (difference.isPresent()) {
            boolean explained = new OwnSteps(model.model(), inputs, form, seed)
                    .settled(expected, found)
                    .filter(own -> SpreadComparison.OURS
                            .difference(reference, inputs, own, found, seed)
                            .isEmpty())
                    .isPresent();
            return Optional.of(
                    explained
                            ? new ModelOutcome(Verdict.AGREED_NODE_BY_NODE, difference.get())
                            : new ModelOutcome(
                                    Verdict.DIFFERS_FROM_INTERPRETER,
                                    "run " + run + ", " + form + ", " + difference.get()
                                            + side(peer.outputs(run), expected, found)));
        }
        Optional<Map<String, Tensor>> answer = peer.outputs(run);
        if (answer.isEmpty()) {
            return Optional.of(new ModelOutcome(Verdict.AGREED_ALONE, ""));
        }
        return SpreadComparison.PEER
                .difference(reference, inputs, expected, answer.get(), seed)
                .map(parts -> Explanation.of(
                        Defaults.settled(model.model(), inputs),
                        inputs,
                        "run " + run + ", " + parts,
                        RoundingComparison.isUnlike(expected, answer.get()),
                        seed));
    }

    /**
     * What is expected, where a result without elements came out in another shape under the shape that it has where nothing is known of
     * what the run gives: of a loop without iterations, extents that only an iteration would tell are 0, and what a default tells is known.
     */
    private static Map<String, Tensor> withOpenExtents(
            GeneratedModel model, Map<String, Tensor> inputs, Map<String, Tensor> expected, Map<String, Tensor> found) {
        List<String> open = expected.keySet().stream()
                .filter(found::containsKey)
                .filter(name -> expected.get(name).elements() == 0)
                .filter(name -> !Arrays.equals(
                        expected.get(name).shape(), found.get(name).shape()))
                .toList();
        if (open.isEmpty()) {
            return expected;
        }
        Map<String, Tensor> settled = new LinkedHashMap<>(expected);
        try (ReferenceModel told =
                new ReferenceModel(OnnxWriter.toBytes(Defaults.without(model.model(), inputs.keySet())))) {
            Map<String, Tensor> results = told.run(inputs);
            open.stream()
                    .filter(name -> results.get(name).elements() == 0)
                    .forEach(name ->
                            settled.put(name, ReferenceModel.copies(results).get(name)));
        } catch (ModelException _) {
            // The model needs the values of what is given.
        }
        return settled;
    }

    private static Optional<ModelOutcome> inOtherForm(
            GeneratedModel model, byte[] bytes, RunForm form, List<Map<String, Tensor>> results) {
        RunForm other = form.other();
        Options options = Options.builder().threads(other.threads()).build();
        try (Model compiled = other.under(() -> ModelCompiler.of(options).compile(bytes))) {
            return repeat(model, compiled, form, other, results);
        }
    }

    /** Every run once more: the same bits. */
    private static Optional<ModelOutcome> repeat(
            GeneratedModel model, Model compiled, RunForm first, RunForm second, List<Map<String, Tensor>> results) {
        for (int run = 0; run < results.size(); run++) {
            Map<String, Tensor> inputs = model.runs().get(run);
            Map<String, Tensor> again = second.under(() -> compiled.run(inputs));
            Optional<String> difference = RoundingComparison.difference(results.get(run), again, List.of(), 0, 0);
            if (difference.isPresent()) {
                return Optional.of(new ModelOutcome(
                        Verdict.NOT_REPEATABLE,
                        "run " + run + ", " + first + " and then " + second + ", " + difference.get()));
            }
        }
        return Optional.empty();
    }

    /** Whose result ONNX Runtime's is like, for the message. */
    private static String side(
            Optional<Map<String, Tensor>> peer, Map<String, Tensor> interpreted, Map<String, Tensor> found) {
        if (peer.isEmpty()) {
            return "";
        }
        boolean left = RoundingComparison.difference(
                        interpreted, peer.get(), List.of(), SpreadComparison.PEER.units(), 0)
                .isEmpty();
        boolean right = RoundingComparison.difference(found, peer.get(), List.of(), SpreadComparison.PEER.units(), 0)
                .isEmpty();
        if (left == right) {
            return left ? "; ONNX Runtime is near both" : "; ONNX Runtime gives neither";
        }
        return left ? "; ONNX Runtime gives what is expected" : "; ONNX Runtime gives what was found";
    }

    /** What every value of the model is in each run, by the reference interpreter; none where it does not get there. */
    public static List<Map<String, Tensor>> values(GeneratedModel model) {
        List<Map<String, Tensor>> values = new ArrayList<>();
        for (Map<String, Tensor> inputs : model.runs()) {
            OnnxModel settled = AllValues.asOutputs(Defaults.settled(RunnableOrder.sorted(model.model()), inputs));
            try (ReferenceModel reference = new ReferenceModel(OnnxWriter.toBytes(settled))) {
                Map<String, Tensor> all = new LinkedHashMap<>(inputs);
                settled.graph().initializers().forEach(each -> all.put(each.name(), each.data()));
                all.putAll(ReferenceModel.copies(reference.run(inputs)));
                values.add(all);
            } catch (RuntimeException | AssertionError failure) {
                return List.of();
            }
        }
        return values;
    }
}
