package dev.quern.onnx.proto;

import dev.quern.ModelException;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Finds the files of external data that a model refers to. */
interface ExternalFiles {
    /**
     * The bytes of the file at {@code location}.
     *
     * @param message what refers to it, for messages
     * @throws ModelException if there is none, or the model may not reach it
     */
    MemorySegment map(WireMessage message, String location);

    /** Those read so far, by the location that the model gives for them. */
    Map<String, MemorySegment> mapped();

    /** Files that lie in memory, by location; all count as read. */
    static ExternalFiles of(Map<String, MemorySegment> files) {
        Map<String, MemorySegment> all = Map.copyOf(files);
        return new ExternalFiles() {
            @Override
            public MemorySegment map(WireMessage message, String location) {
                MemorySegment found = all.get(location);
                if (found == null) {
                    throw message.failWhole(
                            ModelException.Code.MALFORMED_MODEL,
                            "the external data '" + location + "' is not in the file that holds the model");
                }
                return found;
            }

            @Override
            public Map<String, MemorySegment> mapped() {
                return all;
            }
        };
    }
}
