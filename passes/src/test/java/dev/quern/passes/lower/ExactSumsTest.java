package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExactSumsTest {
    private static Expr widened(DType dtype) {
        return new Expr.Conversion(DType.I32, new Expr.Load("x", List.of(), dtype));
    }

    private static DType type(DType a, DType b, Dim... extents) {
        return ExactSums.type(widened(a), widened(b), List.of(extents), DType.I32);
    }

    /** One more term could reach 2^24 + 1, which no float is. */
    @Test
    void asManyTermsAsStayWholeFloats() {
        assertEquals(DType.F32, type(DType.U8, DType.I8, Dim.of(514)));
        assertEquals(DType.I32, type(DType.U8, DType.I8, Dim.of(515)));
        assertEquals(DType.F32, type(DType.U8, DType.U8, Dim.of(258)));
        assertEquals(DType.I32, type(DType.U8, DType.U8, Dim.of(259)));
        assertEquals(DType.F32, type(DType.I8, DType.I8, Dim.of(1024)));
        assertEquals(DType.I32, type(DType.I8, DType.I8, Dim.of(1025)));
        assertEquals(DType.F32, type(DType.I8, DType.I8, Dim.of(32), Dim.of(32)));
        assertEquals(DType.I32, type(DType.I8, DType.I8, Dim.of(33), Dim.of(32)));
        assertEquals(DType.F32, type(DType.I8, DType.I8, Dim.of(0), Dim.of(9)));
    }

    @Test
    void nothingElse() {
        assertEquals(DType.I32, type(DType.I8, DType.I8, Dim.symbol("k")));
        assertEquals(DType.I32, type(DType.I16, DType.I8, Dim.of(2)));
        Expr sum = new Expr.Fma(widened(DType.I8), widened(DType.I8), widened(DType.I8));
        assertEquals(DType.I32, ExactSums.type(sum, widened(DType.I8), List.of(Dim.of(2)), DType.I32));
        assertEquals(DType.I64, ExactSums.type(widened(DType.I8), widened(DType.I8), List.of(Dim.of(2)), DType.I64));
    }
}
