package dev.quern.runtime.archive;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a model is made of.
 *
 * @param model the bytes of the model's file
 * @param external those of its files of external data, by location
 */
public record ModelFiles(MemorySegment model, SortedMap<String, MemorySegment> external) {
    public ModelFiles {
        external = Collections.unmodifiableSortedMap(new TreeMap<>(external));
    }

    /** A model and its files of external data. */
    public ModelFiles(MemorySegment model, Map<String, MemorySegment> external) {
        this(model, new TreeMap<>(external));
    }

    /** The model's file, then the others in the order of their locations. */
    List<MemorySegment> all() {
        List<MemorySegment> all = new ArrayList<>(external.size() + 1);
        all.add(model);
        all.addAll(external.values());
        return all;
    }
}
