package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Expr;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IndexWidthTest {
    private static final Dim I = Dim.symbol("i");
    private static final Dim J = Dim.symbol("j");

    static Stream<Arguments> sides() {
        return Stream.of(
                Arguments.of(I, J, DType.I32),
                Arguments.of(I.plus(1), J, DType.I32),
                Arguments.of(I.minus(J), Dim.of(7), DType.I32),
                Arguments.of(I.mod(Dim.of(5)), J.floorDiv(Dim.of(5)), DType.I32),
                Arguments.of(I.min(Dim.of(9)), J, DType.I32),
                Arguments.of(I.times(65_536), J, DType.I64),
                Arguments.of(I, J.times(3), DType.I64),
                Arguments.of(I.times(J), Dim.of(7), DType.I64),
                Arguments.of(I.plus(1_000_000), J, DType.I64),
                Arguments.of(I, Dim.of(1L << 31), DType.I64),
                Arguments.of(I, Dim.of(Integer.MAX_VALUE), DType.I32),
                Arguments.of(I.floorDiv(Dim.of(2)).times(3), J, DType.I64));
    }

    @ParameterizedTest
    @MethodSource("sides")
    void whatMayNotFitIsComparedInFull(Dim left, Dim right, DType expected) {
        List<Expr> sides = List.of(new Expr.Index(left, DType.I64), new Expr.Index(right, DType.I64));
        assertEquals(
                new Expr.Comparison(CompareOp.LT, new Expr.Index(left, expected), new Expr.Index(right, expected)),
                ScalarTerms.apply(new Op.Compare(CompareOp.LT), sides, DType.BOOL));
    }
}
