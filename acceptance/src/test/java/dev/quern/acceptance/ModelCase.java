package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A model, how its inputs are made, and the sizes it is run at.
 *
 * <p>Inputs are spelt {@code name: type[size, …] fill}, separated by semicolons. A size is a number or a letter that each line
 * of sizes gives a value, such as {@code b=1 s=16}. Fills: none is normally distributed numbers, {@code < N} whole numbers
 * below N, {@code = N} that number, {@code from N} consecutive whole numbers, {@code prefix} ones and then, in the second half,
 * a random tail of zeros per row.
 *
 * @param model its name in the zoo
 * @param inputs one rule per input
 * @param sizes what the letters are, one line per run
 */
record ModelCase(String model, List<String> inputs, List<String> sizes) {
    static ModelCase of(String model, String inputs, String... sizes) {
        return new ModelCase(
                model, Arrays.stream(inputs.split(";")).map(String::strip).toList(), List.of(sizes));
    }

    /** The inputs at {@code size}, the same for the same seed. */
    Map<String, Tensor> inputs(String size, long seed) {
        Map<String, Long> letters = new LinkedHashMap<>();
        for (String assignment : size.isBlank() ? new String[0] : size.split(" ")) {
            letters.put(assignment.split("=")[0], Long.valueOf(assignment.split("=")[1]));
        }
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String rule : inputs) {
            String name = rule.substring(0, rule.lastIndexOf(": "));
            String type = rule.substring(name.length() + 2);
            int open = type.indexOf('[');
            int close = type.indexOf(']');
            long[] shape = shape(type.substring(open + 1, close), letters);
            tensors.put(
                    name,
                    tensor(
                            DType.of(type.substring(0, open)),
                            shape,
                            type.substring(close + 1).strip(),
                            letters,
                            random));
        }
        return tensors;
    }

    private static long number(String text, Map<String, Long> letters) {
        return letters.containsKey(text) ? letters.get(text) : Long.parseLong(text);
    }

    private static long[] shape(String text, Map<String, Long> letters) {
        List<Long> shape = new ArrayList<>();
        for (String extent : text.isBlank() ? new String[0] : text.split(",")) {
            shape.add(Arrays.stream(extent.strip().split("\\+"))
                    .mapToLong(part -> number(part, letters))
                    .sum());
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private static Tensor tensor(DType dtype, long[] shape, String fill, Map<String, Long> letters, Random random) {
        double[] numbers = new double[(int) Tensor.count(shape)];
        String[] words = fill.split(" ");
        long columns = shape.length == 0 ? 1 : shape[shape.length - 1];
        long ones = columns;
        for (int i = 0; i < numbers.length; i++) {
            if (i % columns == 0) {
                ones = columns - random.nextLong(columns / 2 + 1);
            }
            numbers[i] = switch (words[0]) {
                case "" -> random.nextGaussian();
                case "<" -> random.nextLong(number(words[1], letters));
                case "=" -> Double.parseDouble(words[1]);
                case "from" -> number(words[1], letters) + i;
                case "prefix" -> i % columns < ones ? 1 : 0;
                default -> throw new IllegalArgumentException("no fill is called " + words[0]);
            };
        }
        return switch (dtype) {
            case F32 -> Tensor.of(floats(numbers), shape);
            case F64 -> Tensor.of(numbers, shape);
            case I64 ->
                Tensor.of(
                        Arrays.stream(numbers)
                                .mapToLong(number -> (long) number)
                                .toArray(),
                        shape);
            case I32 ->
                Tensor.of(
                        Arrays.stream(numbers).mapToInt(number -> (int) number).toArray(), shape);
            default -> throw new IllegalArgumentException("no inputs of type " + dtype + " are made");
        };
    }

    private static float[] floats(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }
}
