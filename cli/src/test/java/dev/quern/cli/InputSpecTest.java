package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputSpecTest {
    @TempDir
    Path folder;

    private Tensor parse(String spec) {
        return InputSpec.parse(new Session(System.out, System.err, folder, Map.of()), "x", spec);
    }

    private void refused(Code code, String message, String spec) {
        ModelException thrown = assertThrows(ModelException.class, () -> parse(spec));
        assertEquals(message, thrown.getMessage());
        assertEquals(code, thrown.code());
    }

    @Test
    void elementsRowByRow() {
        Tensor tensor = parse("2x3xf32=1,2.5,-3, 4,5e-1,NaN");
        assertArrayEquals(new long[] {2, 3}, tensor.shape());
        assertArrayEquals(new float[] {1, 2.5f, -3, 4, 0.5f, Float.NaN}, tensor.toFloatArray());
        assertArrayEquals(
                new boolean[] {true, false, true}, parse("3xbool=true,0,1").toBooleanArray());
        assertArrayEquals(
                new short[] {0x3c00, (short) 0xc000}, parse("2xf16=1,-2").toShortArray());
        assertArrayEquals(
                new short[] {0x3f80, (short) 0xc000}, parse("2xbf16=1,-2").toShortArray());
        assertArrayEquals(new byte[] {-128, 127}, parse("2xi8=-128,127").toByteArray());
        assertArrayEquals(new byte[] {0, -1}, parse("2xu8=0,255").toByteArray());
        assertArrayEquals(new long[] {-1}, parse("1xu64=18446744073709551615").toLongArray());
        assertEquals(List.of("a", "b"), parse("2xstring=a,b").strings());
    }

    @Test
    void oneValueFills() {
        assertArrayEquals(new long[] {1, 1, 1, 1}, parse("2x2xi64=1").toLongArray());
        assertEquals(List.of("a", "a"), parse("2xstring=a").strings());
    }

    @Test
    void aTypeAloneIsAScalar() {
        Tensor tensor = parse("i64=16000");
        assertEquals(0, tensor.rank());
        assertArrayEquals(new long[] {16000}, tensor.toLongArray());
    }

    @Test
    void nothingFillsNothing() {
        assertEquals(0, parse("0x4xf32=").elements());
        assertEquals(0, parse("0xf32=1").elements());
        assertEquals(0, parse("0xstring=").elements());
    }

    @Test
    void randomElementsFollowTheSeed() {
        float[] seven = parse("100xf32=random:7").toFloatArray();
        assertArrayEquals(seven, parse("100xf32=random:7").toFloatArray());
        assertFalse(Arrays.equals(seven, parse("100xf32=random:8").toFloatArray()));
        for (float element : seven) {
            assertTrue(element >= -1 && element < 1);
        }
        assertTrue(Arrays.stream(parse("100xi64=random").toLongArray()).allMatch(e -> e == 0 || e == 1));
        long[] bounded = parse("1000xi64=random:7:50").toLongArray();
        assertEquals(0, Arrays.stream(bounded).min().orElseThrow());
        assertEquals(49, Arrays.stream(bounded).max().orElseThrow());
    }

    @Test
    void filesAreReadByTheirEnding() {
        Tensor tensor = parse("2x3xf32=1,2,3,4,5,6");
        for (String name : List.of("x.npy", "x.pb")) {
            TensorFiles.write(folder.resolve(name), "x", tensor);
            assertArrayEquals(tensor.toFloatArray(), parse("@" + name).toFloatArray());
            assertArrayEquals(tensor.shape(), parse("@" + name).shape());
        }
        refused(Code.IO, folder.resolve("none.npy") + ": there is no such file", "@none.npy");
        refused(
                Code.INVALID_INPUT,
                folder.resolve("x.txt") + ": expected a file name that ends in .npy or .pb",
                "@x.txt");
    }

    @Test
    void smallTypesArePacked() {
        assertArrayEquals(new byte[] {0x2f, 7}, parse("3xi4=-1,2,7").toByteArray());
        assertArrayEquals(new byte[] {0x38, 0x7e}, parse("2xf8e4m3fn=1,1000").toByteArray());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused(Code.INVALID_INPUT, "x: expected SHAPExTYPE=VALUES such as 2x3xf32=0.5, or @FILE, found '1,2'", "1,2");
        refused(Code.INVALID_INPUT, "x: expected 6 values for [2, 3], or one that fills, found 2", "2x3xf32=1,2");
        refused(Code.INVALID_INPUT, "x: expected an extent of at least 0, found '-2'", "-2xf32=1");
        refused(Code.INVALID_INPUT, "x: expected a value of i8, found '128'", "1xi8=128");
        refused(Code.INVALID_INPUT, "x: expected a value of f32, found 'one'", "f32=one");
        refused(Code.INVALID_INPUT, "x: expected a value of bool, found '2'", "bool=2");
        refused(Code.INVALID_INPUT, "f33: unknown element type; expected one of f32, f64, f16, i64, …", "f33=1");
        refused(Code.INVALID_INPUT, "x: expected a bound of at least 1, found 0", "1xi64=random:1:0");
        refused(Code.UNSUPPORTED, "x: values of c64 cannot be spelt; give a file: @FILE.pb", "2xc64=1");
        refused(Code.INVALID_INPUT, "x: expected a value of i4, found '8'", "1xi4=8");
        refused(
                Code.LIMIT,
                "x: expected at most 2147483648 bytes of input, found 1000000000000 elements of f32",
                "1000000x1000000xf32=1");
    }
}
