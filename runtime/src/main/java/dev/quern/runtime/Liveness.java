package dev.quern.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** From which step to which the memory of each value is in use, counted over everything that lies within it. */
final class Liveness {
    private final int[] first;
    private final int[] last;

    Liveness(PreparedProgram program) {
        List<PreparedValue> values = program.values();
        first = new int[values.size()];
        last = new int[values.size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
        List<PreparedStep> steps = program.steps();
        for (int index = 0; index < steps.size(); index++) {
            for (int value : touched(steps.get(index))) {
                int root = values.get(value).root();
                first[root] = Math.min(first[root], index);
                last[root] = index;
            }
        }
        for (int output : program.outputs()) {
            last[values.get(output).root()] = Integer.MAX_VALUE;
        }
    }

    private static int[] touched(PreparedStep step) {
        return switch (step) {
            case PreparedStep.PreparedKernel kernel -> kernel.arguments();
            case PreparedStep.PreparedHost host -> joined(host.inputs(), host.outputs());
            case PreparedStep.PreparedControl control -> joined(control.inputs(), control.outputs());
            case PreparedStep.PreparedCheck check -> new int[] {check.value()};
        };
    }

    private static int[] joined(int[] left, int[] right) {
        int[] all = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, all, left.length, right.length);
        return all;
    }

    /** The values whose memory nothing reads after {@code step}, though this step used it. */
    List<Integer> diesAt(int step) {
        List<Integer> dead = new ArrayList<>();
        for (int root = 0; root < last.length; root++) {
            if (last[root] == step) {
                dead.add(root);
            }
        }
        return dead;
    }

    /** Whether the memory of {@code root} holds something after {@code step} that a later step or the caller reads. */
    boolean livesAfter(int root, int step) {
        return first[root] <= step && last[root] > step;
    }
}
