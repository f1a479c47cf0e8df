package dev.quern.acceptance.shrink;

import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.judge.Judge;
import dev.quern.acceptance.judge.ModelOutcome;
import dev.quern.acceptance.judge.TimedJudge;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Takes away from a model what it can do without and still fail in the same way. */
public final class Shrinker {
    private final Predicate<GeneratedModel> fails;
    private int left;

    /**
     * Tries at most {@code trials} models.
     *
     * @param fails whether a model fails as the first did
     */
    public Shrinker(Predicate<GeneratedModel> fails, int trials) {
        this.fails = fails;
        this.left = trials;
    }

    /** The smallest model found that has the outcome which {@code model} had, judged in the same form. */
    public static GeneratedModel shrink(
            GeneratedModel model, ModelOutcome outcome, TimedJudge judge, long seed, int trials) {
        Predicate<GeneratedModel> fails = candidate -> {
            try {
                return judge.judge(candidate, seed).signature().equals(outcome.signature());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
        return new Shrinker(fails, trials).shrink(model);
    }

    /** A model that fails and that none of the edits makes smaller, as far as the trials go. */
    public GeneratedModel shrink(GeneratedModel model) {
        GeneratedModel smallest = model;
        boolean changed = true;
        while (changed && left > 0) {
            GeneratedModel structure = fixpoint(smallest, true);
            GeneratedModel tensors = fixpoint(structure, false);
            changed = tensors != smallest;
            smallest = tensors;
        }
        return smallest;
    }

    private GeneratedModel fixpoint(GeneratedModel model, boolean structure) {
        GeneratedModel smallest = model;
        boolean changed = true;
        while (changed && left > 0) {
            changed = false;
            for (Supplier<GeneratedModel> candidate : candidates(smallest, structure)) {
                if (left <= 0) {
                    break;
                }
                GeneratedModel smaller = candidate.get();
                if (smaller.bytes().length + weight(smaller) < smallest.bytes().length + weight(smallest)
                        || !structure
                        || smaller.model().graph().nodes().size()
                                < smallest.model().graph().nodes().size()) {
                    left--;
                    if (fails.test(smaller)) {
                        smallest = smaller;
                        changed = true;
                        break;
                    }
                }
            }
        }
        return smallest;
    }

    private static long weight(GeneratedModel model) {
        long bytes = 0;
        for (Map<String, Tensor> run : model.runs()) {
            for (Tensor tensor : run.values()) {
                bytes += tensor.dtype().byteSize(tensor.elements()) + 8;
            }
        }
        return bytes;
    }

    private static List<Supplier<GeneratedModel>> candidates(GeneratedModel model, boolean structure) {
        return structure ? new StructureEdits(model, Judge.values(model)).all() : new TensorEdits(model).all();
    }
}
