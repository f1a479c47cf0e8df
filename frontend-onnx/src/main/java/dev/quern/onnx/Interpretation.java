package dev.quern.onnx;

import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.BodyRunner;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.interpret.UnmetGuardException;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.onnx.signature.SizedGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A run of a model by the reference interpreter. Where the graph of the model, or of a body in it, is not for the sizes at
 * hand, one is made for these. Not thread-safe.
 */
public final class Interpretation {
    private final ImportedModel model;
    private final Overrides overrides;
    private final Budget budget;
    private final UnaryOperator<GraphInterpreter.Nodes> nodes;
    private final Map<KnownSizes, SizedGraph> graphs = new HashMap<>();

    /**
     * A run.
     *
     * @param overrides what is given in the place of defaults
     * @param budget limits
     * @param nodes what evaluates the nodes, those of bodies too, given what the interpreter does
     */
    public Interpretation(
            ImportedModel model, Overrides overrides, Budget budget, UnaryOperator<GraphInterpreter.Nodes> nodes) {
        this.model = model;
        this.overrides = overrides;
        this.budget = budget;
        this.nodes = nodes;
    }

    /**
     * The outputs by name.
     *
     * @throws dev.quern.ModelException if the inputs do not fit the model
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        KnownSizes sizes = KnownSizes.NONE;
        while (true) {
            SizedGraph sized = sized(sizes);
            GraphInterpreter interpreter = new GraphInterpreter(budget, new Inside(sizes, sized, List.of()));
            try {
                return interpreter.run(sized.graph(), inputs, nodes.apply(interpreter::evaluate));
            } catch (UnmetGuardException unmet) {
                KnownSizes more = sizes.equals(KnownSizes.NONE)
                        ? KnownSizes.of(sized.graph().inputs().stream()
                                .map(input -> inputs.get(input.name()).shape())
                                .toList())
                        : sizes.with(found(sized, unmet.known()));
                if (more.equals(sizes)) {
                    throw unmet.refusal();
                }
                sizes = more;
            }
        }
    }

    private SizedGraph sized(KnownSizes sizes) {
        return graphs.computeIfAbsent(sizes, key -> model.sized(overrides, key));
    }

    private static Map<String, Long> found(SizedGraph sized, Map<String, Long> known) {
        Map<String, Long> found = new HashMap<>();
        known.forEach((symbol, value) -> {
            if (sized.origins().containsKey(symbol)) {
                found.put(sized.origins().get(symbol), value);
            }
        });
        return found;
    }

    /** A body being run, and the shapes of its inputs. */
    private record BodyFrame(String body, Map<String, List<Long>> shapes) {
        static BodyFrame of(Graph body, List<Tensor> inputs) {
            Map<String, List<Long>> shapes = new HashMap<>();
            for (int i = 0; i < inputs.size(); i++) {
                shapes.put(
                        body.inputs().get(i).name(),
                        Arrays.stream(inputs.get(i).shape()).boxed().toList());
            }
            return new BodyFrame(body.name(), shapes);
        }
    }

    /** Runs the bodies of a graph that was made for {@code sizes}. */
    private final class Inside implements BodyRunner {
        private final KnownSizes sizes;
        private final SizedGraph sized;
        private final List<BodyFrame> around;

        Inside(KnownSizes sizes, SizedGraph sized, List<BodyFrame> around) {
            this.sizes = sizes;
            this.sized = sized;
            this.around = around;
        }

        @Override
        public List<Tensor> run(GraphInterpreter interpreter, Graph body, List<Tensor> inputs, DimBindings outer) {
            List<BodyFrame> frames = new ArrayList<>(around);
            frames.add(BodyFrame.of(body, inputs));
            try {
                return evaluate(interpreter.budget(), sizes, sized, frames, body, inputs, outer.copy());
            } catch (UnmetGuardException unmet) {
                if (sizes.inputs().isEmpty()) {
                    throw unmet;
                }
                KnownSizes known = sizes.with(found(sized, outer.values()));
                for (BodyFrame frame : frames) {
                    known = known.with(frame.body(), frame.shapes());
                }
                return fitted(interpreter.budget(), body, inputs, frames, known, unmet);
            }
        }

        private List<Tensor> evaluate(
                Budget left,
                KnownSizes known,
                SizedGraph special,
                List<BodyFrame> frames,
                Graph body,
                List<Tensor> inputs,
                DimBindings dims) {
            GraphInterpreter interpreter = new GraphInterpreter(left, new Inside(known, special, frames));
            return interpreter.run(body, inputs, dims, nodes.apply(interpreter::evaluate));
        }

        private List<Tensor> fitted(
                Budget left,
                Graph body,
                List<Tensor> inputs,
                List<BodyFrame> frames,
                KnownSizes begin,
                UnmetGuardException first) {
            KnownSizes known = begin;
            while (true) {
                SizedGraph special = sized(known);
                Graph graph = special.bodies().get(body.name());
                if (graph == null) {
                    // These sizes decide what is done here: what is around must be imported for them.
                    throw first;
                }
                try {
                    return evaluate(left, known, special, frames, graph, named(body, graph, inputs), new DimBindings());
                } catch (UnmetGuardException again) {
                    KnownSizes more = known.with(found(special, again.known()));
                    if (more.equals(known)) {
                        throw first;
                    }
                    known = more;
                }
            }
        }
    }

    /** The inputs that {@code special} has, which knows some of those of {@code body} beforehand. */
    private static List<Tensor> named(Graph body, Graph special, List<Tensor> inputs) {
        List<String> names = body.inputs().stream().map(Value::name).toList();
        return special.inputs().stream()
                .map(input -> inputs.get(names.indexOf(input.name())))
                .toList();
    }
}
