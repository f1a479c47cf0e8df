package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Integers that are interpolated: the sums are made in f32, and cut off, or rounded where antialiased. Where the sum lies as near to
 * the next number as its roundings come, either number may come out.
 */
final class ResizedIntegers {
    private ResizedIntegers() {}

    static Tensor moved(
            Op.Resize op,
            GraphInterpreter.Nodes nodes,
            Node node,
            List<Tensor> operands,
            DimBindings dims,
            Tensor result,
            Random random) {
        if (op.rule().mode() == ResizeRule.Interpolation.NEAREST
                || result.elements() == 0
                || result.dtype().bits() < 8) {
            return result;
        }
        double[] x = new double[(int) operands.getFirst().elements()];
        double greatest = 0;
        long extent = 1;
        for (int i = 0; i < x.length; i++) {
            x[i] = number(operands.getFirst(), i);
            greatest = Math.max(greatest, Math.abs(x[i]));
        }
        for (long each : operands.getFirst().shape()) {
            extent = Math.max(extent, each);
        }
        Tensor wide = Tensor.of(x, operands.getFirst().shape());
        Node exact = new Node(
                op,
                node.inputs().stream().map(ResizedIntegers::wide).toList(),
                node.outputs().stream().map(ResizedIntegers::wide).toList(),
                node.origin());
        double[] sums =
                RealElements.doubles(nodes.evaluate(exact, List.of(wide), dims).getFirst());
        // A coordinate rounds three times, each by half a unit of the extent; so do each axis' product and sum, by one
        // of the greatest.
        double wrong =
                0x1p-24 * greatest * (4 * extent + 4 * operands.getFirst().shape().length);
        byte[] bytes = result.toByteArray();
        int width = result.dtype().bits() / 8;
        for (int i = 0; i < sums.length; i++) {
            double either = sums[i] + (random.nextInt(3) - 1) * wrong;
            long moved = (long) (op.rule().antialias() ? Math.rint(either) : either);
            long kept = (long) (op.rule().antialias() ? Math.rint(sums[i]) : sums[i]);
            // Cut off, a sum of f32 may be the next number where the exact one is just below it.
            long actual = (long) number(result, i);
            boolean other = moved != kept || Math.abs(moved - actual) == 1;
            for (int at = 0; other && at < width; at++) {
                bytes[i * width + at] = (byte) (moved >> 8 * at);
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), result.dtype(), result.shape());
    }

    private static double number(Tensor tensor, int index) {
        double signed = Double.parseDouble(RealElements.text(tensor, index));
        boolean wraps =
                signed < 0 && Set.of(DType.U8, DType.U16, DType.U32, DType.U64).contains(tensor.dtype());
        return wraps ? signed + Math.scalb(1.0, tensor.dtype().bits()) : signed;
    }

    private static Value wide(Value value) {
        return new Value(value.name(), new TensorType(DType.F64, value.type().shape()));
    }
}
