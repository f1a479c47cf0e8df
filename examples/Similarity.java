import dev.quern.Model;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Embeds sentences with MiniLM and prints how alike they are; {@code examples/similarity} runs it. */
public final class Similarity {
    /** Prints the cosine similarity of every pair of sentences: {@code model.onnx tokenizer.json SENTENCE SENTENCE …}. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 4) {
            System.err.println("usage: examples/similarity SENTENCE SENTENCE …");
            System.exit(2);
        }
        Path file = Path.of(arguments[0]);
        WordPiece tokenizer = WordPiece.read(Path.of(arguments[1]));
        String[] sentences = Arrays.copyOfRange(arguments, 2, arguments.length);
        float[][] embeddings = new float[sentences.length][];
        try (Model model = Model.load(file)) {
            for (int i = 0; i < sentences.length; i++) {
                embeddings[i] = embed(model, tokenizer.encode(sentences[i]));
            }
        }
        for (int i = 0; i < sentences.length; i++) {
            StringBuilder row = new StringBuilder();
            for (float[] other : embeddings) {
                row.append(String.format("%7.3f", dot(embeddings[i], other)));
            }
            System.out.println(row + "  " + sentences[i]);
        }
    }

    /** The mean of the token vectors, scaled to length 1. */
    private static float[] embed(Model model, long[] ids) {
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        Map<String, Tensor> outputs = model.run(Map.of(
                "input_ids", Tensor.of(ids, 1, ids.length),
                "attention_mask", Tensor.of(ones, 1, ids.length),
                "token_type_ids", Tensor.of(new long[ids.length], 1, ids.length)));
        float[] states = outputs.get("last_hidden_state").toFloatArray();
        float[] mean = new float[states.length / ids.length];
        for (int i = 0; i < states.length; i++) {
            mean[i % mean.length] += states[i];
        }
        float length = (float) Math.sqrt(dot(mean, mean));
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= length;
        }
        return mean;
    }

    private static float dot(float[] left, float[] right) {
        float sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
