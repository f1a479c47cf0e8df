package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** As {@link FaultsTest}, models whose structure was the difficulty: defaults, outputs, the order and the number of nodes. */
class StructuralFaultsTest {
    private static Fault fault(String name) {
        return new Fault(name);
    }

    private static Tensor ramp(long... shape) {
        return Fault.ramp(DType.F32, shape);
    }

    @TestFactory
    Stream<DynamicTest> aDefaultGivesWay() {
        Tensor ones = Fault.floats(1, 1, 1);
        Tensor tens = Fault.floats(10, 10, 10);
        return Stream.of(
                fault("input_default_override")
                        .opset(13)
                        .input("x", ones)
                        .constant("w", Fault.floats(2, 3, 4))
                        .input("w", tens)
                        .nodes("y = Mul(x, w)")
                        .gives(tens),
                fault("input_default_override, what is folded")
                        .input("x", ones)
                        .constant("w", Fault.floats(2, 3, 4))
                        .input("w", tens)
                        .constant("k", ones)
                        .nodes("v = Mul(w, k)", "y = Mul(x, v)")
                        .gives(tens),
                fault("input_default_override, a shape")
                        .input("x", ramp(2, 3))
                        .constant("s", Fault.longs(3, 2))
                        .input("s", Fault.longs(6, 1))
                        .nodes("y = Reshape(x, s)")
                        .gives(ramp(6, 1)));
    }

    @TestFactory
    Stream<DynamicTest> anInputIsAnOutput() {
        Tensor numbers = Fault.floats(1, 2, 3);
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(fault("output_is_input").test(() -> {
            Fault same = fault("").opset(13).input("x", numbers).nodes("y = Neg(x)");
            same.model().output("x", DType.F32, 3).output("y", DType.F32, 3);
            try (Model model = Model.load(same.model().build(), Options.defaults())) {
                Map<String, Tensor> found = model.run(Map.of("x", numbers));
                assertEquals(2, found.size());
                assertArrayEquals(new float[] {1, 2, 3}, found.get("x").toFloatArray());
                assertArrayEquals(new float[] {-1, -2, -3}, found.get("y").toFloatArray());
            }
        }));
        tests.add(fault("output_is_input, called otherwise")
                .dynamic("x", numbers)
                .nodes("y = Identity(x)")
                .gives(numbers));
        tests.add(fault("output_is_input, a constant")
                .constant("y", numbers)
                .input("x", numbers)
                .nodes("z = Neg(x)")
                .gives(numbers));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> nodesAreInAnyOrder() {
        return Stream.of(
                fault("unsorted_nodes")
                        .opset(15)
                        .input("x", Fault.floats(-3, 4))
                        .nodes("y = Relu(n)", "n = Neg(x)")
                        .givesUnlikePeer(Fault.floats(3, 0)),
                fault("unsorted_nodes, three backwards")
                        .dynamic("x", Fault.floats(-3, 4))
                        .nodes("y = Add(n, r)", "r = Relu(n)", "n = Neg(x)")
                        .givesUnlikePeer(Fault.floats(6, -4)),
                fault("unsorted_nodes, i64")
                        .dynamic("x", Fault.longs(-3, 4))
                        .nodes("y = Abs(n)", "n = Neg(x)")
                        .givesUnlikePeer(Fault.longs(3, 4)));
    }

    @TestFactory
    Stream<DynamicTest> chainsAndListsAreOfAnyLength() {
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(chain("chain_1300", 1_300, "Neg", "Abs"));
        tests.add(chain("chain_1300, 20,000 long", 20_000, "Relu", "Abs"));
        tests.add(chain("chain_1300, of views", 3_000, "Identity", "Flatten", "Abs"));
        for (String operator : new String[] {"Sum", "Max", "Concat"}) {
            tests.add(many("sum130" + (operator.equals("Sum") ? "" : ", " + operator), operator, 130));
            tests.add(many("sum130, " + operator + " of 500", operator, 500));
        }
        return tests.stream();
    }

    private static DynamicTest chain(String name, int length, String... operators) {
        Tensor numbers = Tensor.of(new float[] {1, 2, 3}, 1, 3);
        Fault chain = fault(name).input("x", numbers);
        for (int at = 0; at < length; at++) {
            String to = at == length - 1 ? "y" : "v" + at;
            chain.nodes(to + " = " + operators[at % operators.length] + "(" + (at == 0 ? "x" : "v" + (at - 1)) + ")");
        }
        return chain.givesUnlikePeer(numbers);
    }

    private static DynamicTest many(String name, String operator, int count) {
        Fault many = fault(name).opset(13);
        List<String> names = new ArrayList<>();
        float[] sum = new float[4];
        float[] joined = new float[4 * count];
        for (int at = 0; at < count; at++) {
            float[] part = {at, 1, -at, 2};
            many.input("x" + at, Tensor.of(part, 4, 1));
            names.add("x" + at);
            for (int row = 0; row < 4; row++) {
                boolean greatest = operator.equals("Max");
                sum[row] = at == 0 ? part[row] : greatest ? Math.max(sum[row], part[row]) : sum[row] + part[row];
                joined[row * count + at] = part[row];
            }
        }
        boolean joins = operator.equals("Concat");
        many.nodes("y = " + operator + "(" + String.join(", ", names) + ")" + (joins ? " axis=1" : ""));
        return many.gives(joins ? Tensor.of(joined, 4, count) : Tensor.of(sum, 4, 1));
    }
}
