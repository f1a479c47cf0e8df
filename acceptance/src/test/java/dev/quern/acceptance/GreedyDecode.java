package dev.quern.acceptance;

import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The decoder of the tests, fed its own cache: the likeliest token is said each time. */
final class GreedyDecode {
    private static final long[] PROMPT = {1, 403, 407};
    private static final int TOKENS = 40;

    private GreedyDecode() {}

    /** One call of the decoder. */
    interface DecoderCall {
        Map<String, Tensor> run(Map<String, Tensor> inputs) throws Exception;
    }

    /** Forty tokens. */
    static List<Long> decode(DecoderCall step) throws Exception {
        List<Long> said = new ArrayList<>();
        long[] ids = PROMPT;
        Tensor keys = Tensor.of(new float[0], 5, 1, 4, 0, 8);
        Tensor values = keys;
        for (int past = 0; said.size() < TOKENS; past += ids.length, ids = new long[] {said.getLast()}) {
            long[] positions = LongStream.range(past, past + ids.length).toArray();
            Map<String, Tensor> outputs = step.run(Map.of(
                    "ids",
                    Tensor.of(ids, 1, ids.length),
                    "pos",
                    Tensor.of(positions, positions.length),
                    "past_k",
                    keys,
                    "past_v",
                    values));
            keys = outputs.get("present_k");
            values = outputs.get("present_v");
            said.add(likeliest(outputs.get("logits")));
        }
        return said;
    }

    /** The token with the greatest logit at the last position. */
    private static long likeliest(Tensor logits) {
        float[] all = logits.toFloatArray();
        int vocabulary = (int) logits.shape()[2];
        int start = all.length - vocabulary;
        int best = 0;
        for (int i = 1; i < vocabulary; i++) {
            if (all[start + i] > all[start + best]) {
                best = i;
            }
        }
        return best;
    }
}
