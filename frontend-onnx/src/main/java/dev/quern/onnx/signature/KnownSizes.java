package dev.quern.onnx.signature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sizes that a model is imported for, so that nothing need be assumed of them.
 *
 * @param inputs the shape of each input of the graph, in order; any shapes if absent
 * @param found sizes that steps of the model find out, by where they are found ({@link SizedGraph#origins})
 * @param bodies shapes of the inputs of bodies, by the body's name and the input's
 */
public record KnownSizes(
        Optional<List<List<Long>>> inputs, Map<String, Long> found, Map<String, Map<String, List<Long>>> bodies) {
    /** Nothing is known. */
    public static final KnownSizes NONE = new KnownSizes(Optional.empty(), Map.of(), Map.of());

    public KnownSizes {
        inputs = inputs.map(List::copyOf);
        found = Map.copyOf(found);
        bodies = Map.copyOf(bodies);
    }

    /** Known shapes of the inputs. */
    public static KnownSizes of(List<long[]> shapes) {
        List<List<Long>> inputs = new ArrayList<>();
        for (long[] shape : shapes) {
            List<Long> extents = new ArrayList<>();
            for (long extent : shape) {
                extents.add(extent);
            }
            inputs.add(List.copyOf(extents));
        }
        return new KnownSizes(Optional.of(inputs), Map.of(), Map.of());
    }

    /** These and more sizes that are found out. */
    public KnownSizes with(Map<String, Long> more) {
        Map<String, Long> all = new HashMap<>(found);
        all.putAll(more);
        return new KnownSizes(inputs, all, bodies);
    }

    /** These and the shapes of the inputs of a body. */
    public KnownSizes with(String body, Map<String, List<Long>> shapes) {
        Map<String, Map<String, List<Long>>> all = new HashMap<>(bodies);
        all.put(body, Map.copyOf(shapes));
        return new KnownSizes(inputs, found, all);
    }
}
