package dev.quern.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** What is made at run time, of each kind; {@link PlainCallSitesTest} has it rewritten. */
public final class PlainSamples {
    private static int counted;

    private final String name;

    private PlainSamples(String name) {
        this.name = name;
    }

    /** Something to switch over. */
    sealed interface Figure {
        /** Its size, by a lambda in an interface. */
        default double size() {
            Supplier<Double> found = () -> of(this);
            return found.get();
        }

        private static double of(Figure figure) {
            return switch (figure) {
                case Disc(double radius) when radius > 100 -> -1;
                case Disc(double radius) -> 3 * radius * radius;
                case Square square -> square.side * (double) square.side;
                case Nothing _ -> 0;
            };
        }
    }

    record Disc(double radius) implements Figure {}

    record Square(int side, String text) implements Figure {}

    record Nothing() implements Figure {}

    record Everything(
            boolean truth,
            byte octet,
            char letter,
            short small,
            int number,
            long large,
            float single,
            double real,
            String text,
            List<Integer> list,
            int[] array) {}

    /** Of a method of its own. */
    interface Three<A, B, C> {
        C apply(A first, B second, long third);

        /** Another that each has. */
        default Three<A, B, String> shown() {
            return (first, second, third) -> "<" + apply(first, second, third) + ">";
        }
    }

    private static long count() {
        return ++counted;
    }

    private String named(int times) {
        return name.repeat(times);
    }

    private static Everything everything(float single, int[] array) {
        return new Everything(
                true, (byte) -3, 'x', (short) 300, 70_000, 1L << 40, single, -0.0, null, List.of(1, 2), array);
    }

    private static void records(List<Object> results) {
        int[] array = {1};
        Everything one = everything(Float.NaN, array);
        results.add(one.toString().replaceAll("@[0-9a-f]+", "@"));
        results.add(one.equals(everything(Float.NaN, array)));
        results.add(one.equals(everything(0f, array)));
        results.add(everything(0f, array).equals(everything(-0f, array)));
        results.add(one.equals(everything(Float.NaN, new int[] {1})));
        results.add(one.equals(null));
        results.add(new Square(1, "a").equals(new Disc(1)));
        results.add(everything(Float.NaN, null).hashCode());
        results.add(new Square(-5, "text").hashCode());
        results.add(new Nothing().toString() + new Nothing().hashCode() + new Nothing().equals(new Nothing()));
    }

    private static void switches(List<Object> results) {
        for (Figure figure : List.of(new Disc(2), new Disc(101), new Square(3, "b"), new Nothing())) {
            results.add(figure.size());
        }
        for (Object each : new Object[] {1, "two", 3L, null, new Square(4, "c")}) {
            results.add(
                    switch (each) {
                        case null -> "none";
                        case Integer number when number > 5 -> "large";
                        case Integer number -> "number " + number;
                        case CharSequence text -> "text " + text.length();
                        case Square(int side, String text) -> text + side;
                        default -> "other";
                    });
            results.add(
                    switch (each) {
                        case null -> "null";
                        default -> "something";
                    });
        }
    }

    private static void lambdas(List<Object> results) {
        boolean truth = true;
        byte octet = 1;
        char letter = 'c';
        short small = 2;
        int number = 3;
        long large = 4;
        float single = 5;
        double real = 6;
        String text = "t";
        Supplier<String> all = () -> "" + truth + octet + letter + small + number + large + single + real + text;
        results.add(all.get());
        PlainSamples sample = new PlainSamples("n");
        IntFunction<String> bound = sample::named;
        BiFunction<PlainSamples, Integer, String> unbound = PlainSamples::named;
        Function<String, PlainSamples> constructor = PlainSamples::new;
        results.add(bound.apply(2) + unbound.apply(sample, 3) + constructor.apply("m").name);
        IntFunction<int[]> array = int[]::new;
        results.add(array.apply(4).length);
        ToLongFunction<Integer> unboxedAndWidened = Integer::intValue;
        ToDoubleFunction<Long> widened = value -> value;
        IntToLongFunction same = Math::abs;
        results.add(unboxedAndWidened.applyAsLong(7) + widened.applyAsDouble(8L) + same.applyAsLong(-9));
        Supplier<Long> boxed = PlainSamples::count;
        LongSupplier plain = PlainSamples::count;
        DoubleSupplier ofLong = PlainSamples::count;
        Runnable dropped = PlainSamples::count;
        dropped.run();
        results.add(boxed.get() + plain.getAsLong() + ofLong.getAsDouble());
        Three<String, Integer, List<String>> three = (first, second, third) -> List.of(first + second + third);
        results.add(three.shown().apply("a", 1, 2L));
        UnaryOperator<String> upper = value -> value.toUpperCase(Locale.ROOT);
        Function<String, String> twice = upper.andThen(value -> value + value);
        results.add(twice.apply("q"));
        Comparator<String> longest =
                Comparator.comparing(String::length).reversed().thenComparing(Comparator.naturalOrder());
        results.add(List.of("b", "a", "cc").stream().sorted(longest).toList());
        Supplier<Supplier<String>> nested = () -> () -> text + letter;
        results.add(nested.get().get());
    }

    /** All results. */
    public static List<Object> results() {
        counted = 0;
        List<Object> results = new ArrayList<>();
        records(results);
        switches(results);
        lambdas(results);
        return results.stream().map(String::valueOf).map(text -> (Object) text).toList();
    }
}
