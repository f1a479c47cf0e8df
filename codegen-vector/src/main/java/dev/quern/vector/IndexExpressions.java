package dev.quern.vector;

import dev.quern.ir.Dim;
import org.objectweb.asm.Opcodes;

/** Index expressions to code: 32-bit for arrays, 64-bit for segments. */
final class IndexExpressions {
    private final MethodDraft draft;
    private final IndexScope scope;

    IndexExpressions(MethodDraft draft, IndexScope scope) {
        this.draft = draft;
        this.scope = scope;
    }

    /** {@code dim} as an int. */
    CodeNode ofInt(Dim dim) {
        return polynomial(dim, JvmType.INT).toNode(draft, JvmType.INT);
    }

    /** {@code dim} as a long. */
    CodeNode ofLong(Dim dim) {
        return polynomial(dim, JvmType.LONG).toNode(draft, JvmType.LONG);
    }

    /** {@code dim} in the narrowest type that holds its symbols. */
    CodeNode ofSymbols(Dim dim) {
        return isLong(dim) ? ofLong(dim) : ofInt(dim);
    }

    /** Whether a symbol of {@code dim} is a long. */
    boolean isLong(Dim dim) {
        for (String symbol : dim.symbols()) {
            if (scope.get(symbol) instanceof IndexScope.Binding.Variable(CodeNode node)
                    && node.type.equals(JvmType.LONG)) {
                return true;
            }
        }
        return false;
    }

    /** {@code dim} over nodes of {@code type}, with constants folded. */
    CodePolynomial polynomial(Dim dim, JvmType type) {
        CodePolynomial sum = CodePolynomial.of(0);
        for (Dim.Term term : dim.terms()) {
            CodePolynomial product = CodePolynomial.of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(atom(atom, type));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private CodePolynomial atom(Dim.Atom atom, JvmType type) {
        return switch (atom) {
            case Dim.Symbol(String name) -> symbol(name, type);
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                quotient(polynomial(numerator, type), polynomial(denominator, type), type);
            case Dim.Min(Dim left, Dim right) -> extreme("min", polynomial(left, type), polynomial(right, type), type);
            case Dim.Max(Dim left, Dim right) -> extreme("max", polynomial(left, type), polynomial(right, type), type);
        };
    }

    private CodePolynomial symbol(String name, JvmType type) {
        return switch (scope.get(name)) {
            case IndexScope.Binding.KnownNumber(long value) -> CodePolynomial.of(value);
            case IndexScope.Binding.Variable(CodeNode node) -> CodePolynomial.of(convert(node, type));
        };
    }

    /** An int or long as {@code type}. */
    CodeNode convert(CodeNode node, JvmType type) {
        if (node.type.equals(type)) {
            return node;
        }
        int opcode = type.equals(JvmType.LONG) ? Opcodes.I2L : Opcodes.L2I;
        return draft.hoisted(new Instruction.Operation(opcode), type, node);
    }

    private CodePolynomial quotient(CodePolynomial numerator, CodePolynomial denominator, JvmType type) {
        if (denominator.isConstant() && denominator.constant() > 0) {
            long step = denominator.constant();
            CodePolynomial whole = CodePolynomial.of(Math.floorDiv(numerator.constant(), step));
            CodePolynomial rest = CodePolynomial.of(Math.floorMod(numerator.constant(), step));
            for (var term : numerator.terms().entrySet()) {
                CodePolynomial part = new CodePolynomial(0, java.util.Map.of(term.getKey(), 1L));
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
            CodeNode value = rest.toNode(draft, type);
            boolean power = Long.bitCount(step) == 1;
            return whole.plus(CodePolynomial.of(power ? shift(value, step) : divide(value, denominator, type)));
        }
        return CodePolynomial.of(divide(numerator.toNode(draft, type), denominator, type));
    }

    private CodeNode shift(CodeNode value, long step) {
        int opcode = value.type.equals(JvmType.INT) ? Opcodes.ISHR : Opcodes.LSHR;
        return draft.hoisted(
                new Instruction.Operation(opcode), value.type, value, draft.push(Long.numberOfTrailingZeros(step)));
    }

    private CodeNode divide(CodeNode value, CodePolynomial denominator, JvmType type) {
        return draft.hoisted(
                ScalarCalls.call("floorDivide", type, type, type), type, value, denominator.toNode(draft, type));
    }

    private CodePolynomial extreme(String method, CodePolynomial left, CodePolynomial right, JvmType type) {
        if (left.isConstant() && right.isConstant()) {
            boolean least = method.equals("min");
            return CodePolynomial.of(
                    least ? Math.min(left.constant(), right.constant()) : Math.max(left.constant(), right.constant()));
        }
        Instruction call = ScalarCalls.staticCall("java/lang/Math", method, type, type, type);
        return CodePolynomial.of(draft.hoisted(call, type, left.toNode(draft, type), right.toNode(draft, type)));
    }
}
