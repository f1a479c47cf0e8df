package dev.quern.ir.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever a host operation is given, the outcome is a result or a {@link ModelException}. */
class HostFunctionsFuzzTest {
    private static final int CASES = Boolean.getBoolean("quern.campaign") ? 200_000 : 5_000;
    private static final long[] ODD = {0, 1, 2, -1, -2, 3, 7, 1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE};

    @Test
    void anyOperands() {
        List<String> names = HostFunctions.names().stream().sorted().toList();
        GraphInterpreter interpreter = new GraphInterpreter(new Budget(1 << 16, 1 << 20, 100));
        Set<String> computed = new TreeSet<>();
        int results = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            String name = names.get(random.nextInt(names.size()));
            List<Tensor> operands = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                operands.add(operand(random));
            }
            Node node = new Node(new Op.Host(name, attributes(random)), List.of(), List.of(), "node");
            try {
                assertEquals(List.of(), interpreter.evaluate(node, operands, new DimBindings()));
            } catch (ModelException refused) {
                if (refused.getMessage().contains("results: expected 0, found ")) {
                    computed.add(name);
                    results++;
                }
            } catch (RuntimeException bug) {
                fail("seed " + seed + ": " + node.op() + " of " + operands, bug);
            }
        }
        assertTrue(results * 50 > CASES, results + " of " + CASES + " came to a result, of " + computed);
    }

    private static Tensor operand(Random random) {
        DType[] types = {DType.I64, DType.I64, DType.F32, DType.BOOL, DType.U8, DType.STRING, DType.C64};
        DType type = types[random.nextInt(types.length)];
        long[] shape = random.longs(random.nextInt(4), 0, 4).toArray();
        int count = (int) Tensor.count(shape);
        if (type == DType.I64) {
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = random.nextInt(3) == 0 ? ODD[random.nextInt(ODD.length)] : random.nextInt(-3, 5);
            }
            return Tensor.of(values, shape);
        }
        return type == DType.F32
                ? Operations.random(random, shape)
                : TensorElements.allocate(type, count).tensor(shape);
    }

    private static Map<String, Attribute> attributes(Random random) {
        Map<String, Attribute> attributes = new HashMap<>();
        for (String name :
                List.of("axis", "sorted", "allowzero", "largest", "antialias", "exclude_outside", "center_point_box")) {
            if (random.nextInt(3) == 0) {
                attributes.put(name, new Attribute.Whole(random.nextInt(-3, 4)));
            }
        }
        String[] modes = {"linear", "cubic", "nearest", "edge", "reflect", "wrap", "constant"};
        String[] coordinates = {"half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "odd"};
        attributes.put("mode", new Attribute.Text(modes[random.nextInt(modes.length)]));
        attributes.put(
                "coordinate_transformation_mode", new Attribute.Text(coordinates[random.nextInt(coordinates.length)]));
        if (random.nextInt(4) == 0) {
            attributes.put(
                    "axes",
                    new Attribute.Wholes(
                            random.longs(random.nextInt(3), -3, 3).boxed().toList()));
        }
        return attributes;
    }
}
