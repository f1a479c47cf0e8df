package dev.quern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What loading a model does so that its runs are quick from the first on: it is run on zeros of these shapes, as {@link Model#warmUp} does.
 *
 * @param shapes of the inputs by name, one map for each size that will be run; those that are said first are warmed first
 * @param awaited whether {@link Model#load} returns when all that is done; else a thread does it, the model can be used meanwhile, and closing it ends
 *     the warming
 */
public record LoadWarmUp(List<Map<String, List<Long>>> shapes, boolean awaited) {
    /** Nothing is warmed. */
    public static final LoadWarmUp NONE = new LoadWarmUp(List.of(), false);

    public LoadWarmUp {
        List<Map<String, List<Long>>> copies = new ArrayList<>();
        for (Map<String, List<Long>> each : shapes) {
            Map<String, List<Long>> copy = new LinkedHashMap<>();
            each.forEach((name, shape) -> copy.put(name, List.copyOf(shape)));
            copies.add(Collections.unmodifiableMap(copy));
        }
        shapes = List.copyOf(copies);
    }

    /**
     * Warms while the model can be used already. Runs and the warming share the processors until it is done.
     *
     * @param shapes for each size the shape of each input by name, in elements; an empty map stands for the shapes that the model states, which
     *     must all be numbers
     */
    public static LoadWarmUp inBackground(List<Map<String, long[]>> shapes) {
        return new LoadWarmUp(lists(shapes), false);
    }

    /** Warms before {@link Model#load} returns; {@code shapes} as for {@link #inBackground}. */
    public static LoadWarmUp awaited(List<Map<String, long[]>> shapes) {
        return new LoadWarmUp(lists(shapes), true);
    }

    private static List<Map<String, List<Long>>> lists(List<Map<String, long[]>> shapes) {
        List<Map<String, List<Long>>> lists = new ArrayList<>();
        for (Map<String, long[]> each : shapes) {
            Map<String, List<Long>> list = new LinkedHashMap<>();
            each.forEach(
                    (name, shape) -> list.put(name, Arrays.stream(shape).boxed().toList()));
            lists.add(list);
        }
        return lists;
    }
}
