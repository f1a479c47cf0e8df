package dev.quern.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParserErrorsTest {
    private static final String KERNEL = "kernel k template t writes y: f32[4] {\n";

    private static ModelException mistake(String text) {
        return assertThrows(ModelException.class, () -> {
            if (text.startsWith("kernel")) {
                Parser.parseKernel(text);
            } else if (text.startsWith("schedule")) {
                Parser.parseSchedule(text);
            } else {
                Parser.parseDim(text);
            }
        });
    }

    private static void expect(String text, String message) {
        ModelException mistake = mistake(text);
        assertEquals(message, mistake.getMessage());
        assertEquals(ModelException.Code.MALFORMED_MODEL, mistake.code());
    }

    @Test
    void saysWhatIsWrongInADimension() {
        expect("1 +", "1:4: expected a name or a whole number, found the end");
        expect("", "1:1: expected a name or a whole number, found the end");
        expect("n*(m + 1)", "1:3: expected a name or a whole number, found '('");
        expect("mod(n, 2)", "1:1: expected floordiv, min or max, found mod(n,2)");
        expect(
                "floordiv(n, 0)",
                "1:1: expected coefficients of 64 bits and divisors other than zero, found floordiv(n,0)");
        expect("floordiv(n)", "1:11: expected ',', found ')'");
        expect("9223372036854775808", "1:1: expected a whole number of 64 bits, found 9223372036854775808");
        expect(
                "9223372036854775807*n + n",
                "1:1: expected coefficients of 64 bits and divisors other than zero, found 9223372036854775807*n+n");
        expect("n ? 1", "1:3: expected a word, number, value or sign, found '?'");
        expect("\"n", "1:1: expected a text closed by a quote on its line, found '\"n'");
        expect("n +\n \ud83d", "2:2: expected characters, found half of one");
    }

    @Test
    void saysWhatIsWrongInASchedule() {
        expect("schedule { split m 8 clamp }", "1:28: expected ';', found '}'");
        expect("schedule { spilt m 8 clamp; }", "1:12: expected a step such as split or reorder, found 'spilt'");
        expect("schedule { split m; }", "1:12: expected another argument of split, found 1 of them");
        expect("schedule { split m eight clamp; }", "1:20: expected a whole number, found eight");
        expect("schedule { split m 8 clamps; }", "1:22: expected one of exact, clamp, mask, peel, pad, found clamps");
        expect("schedule { unroll m n; }", "1:21: expected ';', found n");
        expect("schedule { unroll m = 3; }", "1:23: expected ';', found 3");
        expect("schedule { assume n; }", "1:12: expected assume symbol = value, found no value");
        expect("schedule { pipeline k 3000000000; }", "1:23: expected a whole number of 32 bits, found 3000000000");
    }

    @Test
    void saysWhatIsWrongInAKernel() {
        expect("kernel k template t {", "1:21: expected 'writes', found '{'");
        expect(
                "kernel k template t roles low i writes y: f32[] {}",
                "1:27: expected one of element, update, batch, row, column, channel, unit, reduced, step, found low");
        expect(
                "kernel k template t roles row i, step i writes y: f32[] {}",
                "1:39: expected a loop without a role, found i");
        expect("kernel k template t writes y: f31[] {}", "1:31: expected an element type, found f31[]");
        expect("kernel k template t writes y: f32[-1] {}", "1:35: expected an extent that is not negative, found -1");
        expect("kernel k template t writes y: f32[4] layout {}", "1:38: expected a layout of 1 axes, found 0");
        expect("kernel k template t writes y: f32[4] swizzle(1, 2, 64) {}", "1:52: expected 0 to 63, found 64");
        expect(
                "kernel k template t writes y: f32[4] somewhere {}",
                "1:38: expected one of array, segment, found somewhere");
        expect(KERNEL + "y[0] = x[0] }", "2:8: expected a buffer, found x");
        expect(
                KERNEL + "y[0] = x }",
                "2:8: expected a number, inf, nan, true, false, a call or a buffer with indices, found x");
        expect(KERNEL + "y[0] = 1.0:i32 }", "2:8: expected a value of i32, found 1.0:i32");
        expect(KERNEL + "y[0] = 300:u8 }", "2:8: expected a value of u8, found 300:u8");
        expect(
                KERNEL + "y[0] = 1.0 + 1 }",
                "2:8: expected operands of types that fit, found operands of type f32 and i64");
        expect(KERNEL + "y[0] = sqr(1.0) }", "2:8: expected an element type or a function, found sqr(1.0)");
        expect(KERNEL + "y[0] = fma(1.0, 2.0) }", "2:8: expected 3 operands of fma, found 2");
        expect(
                KERNEL + "y[0] =  }",
                "2:9: expected a name or '-' or '(' or bits such as f32#7fc00000 or a number or a whole number, found '}'");
        expect(KERNEL + "y[0] mean= 1.0 }", "2:6: expected =, +=, *=, +=fma, min=, max=, and= or or=, found mean=");
        expect(KERNEL + "for i in 1..4 { } }", "2:10: expected a loop from 0, found 1");
        expect(
                KERNEL + "for i in 0..4 warped { } }",
                "2:15: expected one of serial, parallel, vector, unroll, block, warp, thread, lane, found warped");
        expect(KERNEL + "if 1 > 2 { } }", "2:6: expected '<' or '>=', found '>'");
        expect(KERNEL + "y[0] = 1.0\n", "3:1: expected '}', found the end");
    }

    @Test
    void refusesAKernelThatBreaksARule() {
        ModelException mistake = mistake(KERNEL + "y[4] = 1.0 }");
        assertEquals(ModelException.Code.INVALID_MODEL, mistake.code());
        assertEquals("kernel k, store to y: index 0 of y: expected less than 4, found 4", mistake.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "exp(", "1.0 + (", "fma(1.0, 2.0, "})
    void refusesDeepExpressions(String open) {
        String text = KERNEL + "y[0] = " + open.repeat(1_000) + "1.0" + ")".repeat(1_000) + "}";
        assertEquals(
                "expected brackets at most 200 deep, found deeper ones",
                mistake(text).getMessage().replaceFirst(".*?: ", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "for i in 0..4 {", "if 1 >= 0 { } else {", "alloc x: f32[] {", "section s {"})
    void refusesDeepStatements(String open) {
        mistake(KERNEL + open.repeat(1_000) + "}".repeat(1_000) + "}");
    }

    @Test
    void readsWhatIsNearlyTooDeepOnASmallStack() throws InterruptedException {
        String sums = KERNEL + "y[0] = " + "1.0 + 2.0*(".repeat(195) + "1.0" + ")".repeat(195) + "}";
        String dims = "floordiv(3*n + ".repeat(195) + "n" + ", m)".repeat(195);
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(
                null,
                () -> {
                    KernelPrinter.print(Parser.parseKernel(sums));
                    Parser.parseDim(dims);
                },
                "small stack",
                768 << 10);
        thread.setUncaughtExceptionHandler((_, failure) -> thrown[0] = failure);
        thread.start();
        thread.join();
        assertEquals(null, thrown[0]);
    }

    @Test
    void readsHostileTextInBoundedTime() {
        mistake("(".repeat(100_000));
        mistake(KERNEL + "y[0] = 1.0" + " + 1.0".repeat(20_000) + "}");
        mistake("n + ".repeat(20_000) + "n");
        mistake("n*".repeat(20_000) + "n");
        mistake("floordiv(2*a + 2*b, 2)*floordiv(2*c + 2*d, 2)*".repeat(15) + "1");
        mistake("\"" + "\\\\".repeat(50_000));
        mistake(KERNEL + "for i in 0..".repeat(20_000));
        mistake(KERNEL + "y[0] = x".repeat(20_000));
    }
}
