package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ONNX NonMaxSuppression (version 11): of each class's boxes, best score first, those that overlap no chosen one too much.
 * Operands: boxes [batch, count, 4], scores [batch, classes, count], and optionally most boxes of a class, the overlap and the
 * score to exceed. Result: [chosen, 3] of batch, class and box.
 */
final class NonMaxSuppression {
    private final TensorElements boxes;
    private final boolean centred;

    private NonMaxSuppression(TensorElements boxes, boolean centred) {
        this.boxes = boxes;
        this.centred = centred;
    }

    static List<Tensor> run(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(1).shape();
        if (shape.length != 3 || call.operand(0).elements() != shape[0] * shape[2] * 4) {
            throw call.invalid("expected boxes [batch, count, 4] and scores [batch, classes, count], found "
                    + call.operand(0) + " and " + call.operand(1));
        }
        NonMaxSuppression suppression =
                new NonMaxSuppression(call.numbers(0), attributes.whole("center_point_box", 0) != 0);
        long most = (long) number(call, 2, 0);
        double overlap = number(call, 3, 0);
        double least = number(call, 4, Double.NEGATIVE_INFINITY);
        List<Long> chosen = new ArrayList<>();
        TensorElements scores = call.numbers(1);
        int count = Math.toIntExact(shape[2]);
        for (long row = 0; row < shape[0] * shape[1]; row++) {
            long batch = row / shape[1];
            for (int box : suppression.choose(scores, row * count, count, batch * count, most, overlap, least)) {
                chosen.addAll(List.of(batch, row % shape[1], (long) box));
            }
        }
        TensorElements result = call.allocate(DType.I64, chosen.size() / 3, 3);
        result.write(0, chosen.stream().mapToLong(Long::longValue).toArray(), chosen.size());
        return List.of(result.tensor(chosen.size() / 3, 3));
    }

    private static double number(Evaluation call, int operand, double otherwise) {
        boolean given =
                call.operands().size() > operand && call.operand(operand).elements() > 0;
        return given ? call.numbers(operand).number(0) : otherwise;
    }

    private List<Integer> choose(
            TensorElements scores, long start, int count, long first, long most, double overlap, double least) {
        List<Integer> order = IntStream.range(0, count)
                .filter(i -> scores.number(start + i) > least)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> scores.number(start + i))
                        .reversed())
                .toList();
        List<Integer> chosen = new ArrayList<>();
        for (int box : order) {
            if (chosen.size() >= most) {
                break;
            }
            if (chosen.stream().noneMatch(other -> shared(first + box, first + other) > overlap)) {
                chosen.add(box);
            }
        }
        return chosen;
    }

    /** Area of the intersection of two boxes over that of their union. */
    private double shared(long left, long right) {
        double[] a = corners(left);
        double[] b = corners(right);
        double height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        double common = Math.max(height, 0) * Math.max(width, 0);
        double union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common;
        return common <= 0 || union <= 0 ? 0 : common / union;
    }

    /** Least and greatest corner. */
    private double[] corners(long box) {
        double a = boxes.number(box * 4);
        double b = boxes.number(box * 4 + 1);
        double c = boxes.number(box * 4 + 2);
        double d = boxes.number(box * 4 + 3);
        return centred
                ? new double[] {b - d / 2, a - c / 2, b + d / 2, a + c / 2}
                : new double[] {Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)};
    }
}
