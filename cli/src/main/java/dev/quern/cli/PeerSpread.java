package dev.quern.cli;

import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far an implementation is from itself when it sums in another order, or its inputs are moved by one unit in the last
 * place: what no comparison with it can tell from an error.
 *
 * @param outputs one per output
 */
record PeerSpread(Map<String, OutputSpread> outputs) {
    /** Of one that gives the same bits always. */
    static final PeerSpread NONE = new PeerSpread(Map.of());

    /**
     * Of one output.
     *
     * @param greatest the greatest distance between elements; infinite where one is no number in one run alone
     * @param elements how many elements are not always equal
     * @param shapes whether even the shape or type is another
     */
    record OutputSpread(double greatest, long elements, boolean shapes) {
        static final OutputSpread NONE = new OutputSpread(0, 0, false);

        private OutputSpread and(OutputSpread other) {
            return new OutputSpread(
                    Math.max(greatest, other.greatest), Math.max(elements, other.elements), shapes || other.shapes);
        }
    }

    PeerSpread {
        outputs = Map.copyOf(outputs);
    }

    /** Of {@code run} and others of the same model. */
    static PeerSpread of(Map<String, Tensor> run, List<Map<String, Tensor>> others) {
        Map<String, OutputSpread> outputs = new LinkedHashMap<>();
        for (Map<String, Tensor> other : others) {
            run.forEach((name, tensor) -> outputs.merge(name, between(tensor, other.get(name)), OutputSpread::and));
        }
        return new PeerSpread(outputs);
    }

    OutputSpread of(String output) {
        return outputs.getOrDefault(output, OutputSpread.NONE);
    }

    private static OutputSpread between(Tensor x, Tensor y) {
        if (y == null || x.dtype() != y.dtype() || !Arrays.equals(x.shape(), y.shape())) {
            return new OutputSpread(Double.POSITIVE_INFINITY, x.elements(), true);
        }
        if (!ElementText.numeric(x.dtype())) {
            return OutputSpread.NONE;
        }
        double greatest = 0;
        long elements = 0;
        for (long index = 0; index < x.elements(); index++) {
            double distance = PeerComparison.distance(x, y, index);
            greatest = Math.max(greatest, distance);
            elements += distance == 0 ? 0 : 1;
        }
        return new OutputSpread(greatest, elements, false);
    }
}
