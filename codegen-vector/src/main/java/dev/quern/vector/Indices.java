package dev.quern.vector;

import dev.quern.ir.Dim;
import org.objectweb.asm.Opcodes;

/** Index expressions to code: 32-bit for arrays, 64-bit for segments. */
final class Indices {
    private final Draft draft;
    private final Scope scope;

    Indices(Draft draft, Scope scope) {
        this.draft = draft;
        this.scope = scope;
    }

    /** {@code dim} as an int. */
    Node ofInt(Dim dim) {
        return polynomial(dim, JvmType.INT).toNode(draft, JvmType.INT);
    }

    /** {@code dim} as a long. */
    Node ofLong(Dim dim) {
        return polynomial(dim, JvmType.LONG).toNode(draft, JvmType.LONG);
    }

    /** {@code dim} in the narrowest type that holds its symbols. */
    Node ofSymbols(Dim dim) {
        return isLong(dim) ? ofLong(dim) : ofInt(dim);
    }

    /** Whether a symbol of {@code dim} is a long. */
    boolean isLong(Dim dim) {
        for (String symbol : dim.symbols()) {
            if (scope.get(symbol) instanceof Scope.Binding.Variable(Node node) && node.type.equals(JvmType.LONG)) {
                return true;
            }
        }
        return false;
    }

    /** {@code dim} over nodes of {@code type}, with constants folded. */
    Polynomial polynomial(Dim dim, JvmType type) {
        Polynomial sum = Polynomial.of(0);
        for (Dim.Term term : dim.terms()) {
            Polynomial product = Polynomial.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(atom(atom, type));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private Polynomial atom(Dim.Atom atom, JvmType type) {
        return switch (atom) {
            case Dim.Symbol(String name) -> symbol(name, type);
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                quotient(polynomial(numerator, type), polynomial(denominator, type), type);
            case Dim.Min(Dim left, Dim right) -> extreme("min", polynomial(left, type), polynomial(right, type), type);
            case Dim.Max(Dim left, Dim right) -> extreme("max", polynomial(left, type), polynomial(right, type), type);
        };
    }

    private Polynomial symbol(String name, JvmType type) {
        return switch (scope.get(name)) {
            case Scope.Binding.Constant(long value) -> Polynomial.of(value);
            case Scope.Binding.Variable(Node node) -> Polynomial.of(convert(node, type));
        };
    }

    /** An int or long as {@code type}. */
    Node convert(Node node, JvmType type) {
        if (node.type.equals(type)) {
            return node;
        }
        int opcode = type.equals(JvmType.LONG) ? Opcodes.I2L : Opcodes.L2I;
        return draft.hoisted(new Instruction.Operation(opcode), type, node);
    }

    private Polynomial quotient(Polynomial numerator, Polynomial denominator, JvmType type) {
        if (denominator.isConstant() && denominator.constant() > 0) {
            long step = denominator.constant();
            Polynomial whole = Polynomial.of(Math.floorDiv(numerator.constant(), step));
            Polynomial rest = Polynomial.of(Math.floorMod(numerator.constant(), step));
            for (var term : numerator.terms().entrySet()) {
                Polynomial part = new Polynomial(0, java.util.Map.of(term.getKey(), 1L));
                long coefficient = term.getValue();
                if (coefficient % step == 0) {
                    whole = whole.plus(part.times(coefficient / step));
                } else {
                    rest = rest.plus(part.times(coefficient));
                }
            }
            if (rest.isConstant()) {
                return whole;
            }
            Node value = rest.toNode(draft, type);
            boolean power = Long.bitCount(step) == 1;
            return whole.plus(Polynomial.of(power ? shift(value, step) : divide(value, denominator, type)));
        }
        return Polynomial.of(divide(numerator.toNode(draft, type), denominator, type));
    }

    private Node shift(Node value, long step) {
        int opcode = value.type.equals(JvmType.INT) ? Opcodes.ISHR : Opcodes.LSHR;
        return draft.hoisted(
                new Instruction.Operation(opcode), value.type, value, draft.push(Long.numberOfTrailingZeros(step)));
    }

    private Node divide(Node value, Polynomial denominator, JvmType type) {
        return draft.hoisted(
                Scalars.call("floorDivide", type, type, type), type, value, denominator.toNode(draft, type));
    }

    private Polynomial extreme(String method, Polynomial left, Polynomial right, JvmType type) {
        if (left.isConstant() && right.isConstant()) {
            boolean least = method.equals("min");
            return Polynomial.of(
                    least ? Math.min(left.constant(), right.constant()) : Math.max(left.constant(), right.constant()));
        }
        Instruction call = Scalars.staticCall("java/lang/Math", method, type, type, type);
        return Polynomial.of(draft.hoisted(call, type, left.toNode(draft, type), right.toNode(draft, type)));
    }
}
