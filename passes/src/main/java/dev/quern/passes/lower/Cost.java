package dev.quern.passes.lower;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.Map;

/** What computing one element again would take, in simple operations, from what is surely stored. */
final class Cost {
    /** What may be computed again for each reader instead of being stored. */
    static final int CHEAP = 3;

    private static final int MOST = 1000;
    private static final int LONG = 15;

    private final Dataflow flow;
    private final Map<Node, Role> roles;
    private final Map<String, Integer> known = new HashMap<>();

    Cost(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
        for (Node node : flow.graph().nodes()) {
            if (roles.get(node) == Role.ELEMENTWISE || roles.get(node) == Role.VIEW) {
                int sum = own(node.op());
                for (Value operand : node.inputs()) {
                    sum = Math.min(MOST, sum + of(operand));
                }
                known.put(node.output().name(), sum);
            }
        }
    }

    /** The cost of an element of {@code value}; 0 if it is stored anyway. */
    int of(Value value) {
        return known.getOrDefault(value.name(), 0);
    }

    /** Whether {@code op} takes so many instructions that repeating it for each register of a tile would make the tile too long to be compiled. */
    static boolean isLong(Op op) {
        return own(op) >= LONG;
    }

    /** Simple operations that {@code function} takes. */
    static int of(UnaryOp function) {
        return switch (function) {
            case NEG, ABS, NOT, BIT_NOT, FLOOR, CEIL, ROUND, IS_NAN, IS_INF, SIGN -> 1;
            case SQRT, RECIPROCAL -> 5;
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF -> 15;
        };
    }

    /** Simple operations that an element of the result of {@code op} takes. */
    static int own(Op op) {
        return switch (op) {
            case Op.Unary(UnaryOp function) -> of(function);
            case Op.Binary(BinaryOp function) ->
                switch (function) {
                    case ADD, SUB, MUL, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> 1;
                    case DIV, MOD, REM -> 5;
                    case POW -> 30;
                };
            case Op.Quantize quantize -> 8;
            case Op.Dequantize dequantize -> 2;
            case Op.Gather gather -> 2;
            case Op.GatherElements gather -> 2;
            case Op.GatherNd gather -> 4;
            case Op.Reshape view -> 0;
            case Op.Transpose view -> 0;
            case Op.Broadcast view -> 0;
            case Op.Slice view -> 0;
            default -> 1;
        };
    }
}
