package dev.quern.bench;

import dev.quern.zoo.ModelAbsentException;
import dev.quern.zoo.ModelZoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Prints the models that no change may make slower as a file of cases for {@code quern bench --cases}. */
public final class FoundationCases {
    private static final String SENTENCE =
            "--dim batch_size=1 --dim sequence_length=128 --input input_ids=random:7:1000 "
                    + "--input attention_mask=1 --input token_type_ids=0";

    /**
     * A model.
     *
     * @param name in the zoo
     * @param inputs as the command line spells them; those not given are random
     */
    record FoundationCase(String name, String inputs) {
        /** A line of a file of cases, for the model in {@code file}. */
        String line(String file) {
            return ("\"" + file + "\" --name " + name + " " + inputs).strip();
        }
    }

    private static final List<FoundationCase> ALL = List.of(
            new FoundationCase("minilm", SENTENCE),
            new FoundationCase("minilm-int8", SENTENCE),
            new FoundationCase("ppocr-det", "--input x=1x3x640x640xf32=random:1"),
            new FoundationCase("ppocr-rec", "--input x=1x3x48x320xf32=random:1"),
            new FoundationCase(
                    "silero-vad", "--input input=1x512xf32=random:1 --input state=2x1x128xf32=0 --input sr=i64=16000"),
            new FoundationCase("wakeword-melspectrogram", "--input input=1x16000xf32=random:1"),
            new FoundationCase("wakeword-embedding", "--input input_1=1x76x32x1xf32=random:1"),
            new FoundationCase("wakeword-hey-jarvis", ""),
            new FoundationCase("blazeface", ""),
            new FoundationCase("mlsd", ""),
            new FoundationCase(
                    "rgcn",
                    "--input src=66371xi64=random:1:8285 --input dst=66371xi64=random:2:8285 "
                            + "--input etype=66371xi64=random:3:91 --input norm=66371x1xf32=random:4"),
            new FoundationCase(
                    "decoder",
                    "--input ids=1x1xi64=5 --input pos=1xi64=32 --input past_k=5x1x4x32x8xf32=random:1 "
                            + "--input past_v=5x1x4x32x8xf32=random:2"),
            new FoundationCase("arch/resnet50", ""),
            new FoundationCase("arch/mobilenetv3_large_100", ""),
            new FoundationCase(
                    "arch/bert_base", "--input input_ids=1x128xi64=random:7:1000 --input attention_mask=1x128xi64=1"),
            new FoundationCase("arch/unet_groupnorm", ""),
            new FoundationCase("arch/bilstm", "--input x=1x50x128xf32=random:1"));

    private FoundationCases() {}

    /** The cases whose model's name has a part that {@code regex} matches. */
    static List<FoundationCase> matching(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return ALL.stream().filter(one -> pattern.matcher(one.name()).find()).toList();
    }

    /** Prints those that the first argument, a regular expression, matches; says on standard error which are absent. */
    public static void main(String[] arguments) throws IOException {
        ModelZoo zoo = ModelZoo.ofSystemProperties();
        List<String> lines = new ArrayList<>();
        for (FoundationCase one : matching(arguments[0])) {
            try {
                lines.add(one.line(zoo.path(one.name()).toAbsolutePath().toString()));
            } catch (ModelAbsentException absent) {
                System.err.println("left out: " + absent.getMessage());
            }
        }
        lines.forEach(System.out::println);
    }
}
