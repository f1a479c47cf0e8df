package dev.quern.runtime.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Roles;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordBytesTest {
    private static final long SEED = 20261126;

    private final byte[] model = new byte[256];
    private final byte[] external = new byte[64];
    private final MemorySegment segment = MemorySegment.ofArray(model);
    private final ModelFiles file = new ModelFiles(segment, Map.of("external", MemorySegment.ofArray(external)));

    private static Dim expression() {
        Dim rows = Dim.symbol("rows");
        Dim columns = Dim.symbol("a name, with blanks");
        return rows.times(columns)
                .times(-3)
                .plus(rows.floorDiv(Dim.of(7)).times(rows))
                .plus(columns.min(rows).max(Dim.of(5)))
                .plus(Long.MIN_VALUE / 4);
    }

    private Program program() {
        Literal inFile = new Literal(Tensor.of(segment.asSlice(64, 16), DType.F32, 2, 2));
        Literal beside = new Literal(Tensor.of(file.external().get("external").asSlice(8, 16), DType.I64, 2));
        Literal own = new Literal(Tensor.of(new double[] {1, -0.0, Double.NaN}, 3));
        Literal texts = new Literal(Tensor.of(new String[] {"", "Ünïcode\n"}, 2));
        Shape shape = Shape.of(Dim.symbol("rows"), Dim.of(4));
        return new Program(
                "program",
                List.of(),
                List.of(),
                List.of(new ShapeGuard(expression(), ShapeGuard.Relation.AT_LEAST, Dim.ONE, "a reason")),
                Map.of(
                        "w",
                        new ConstantData(
                                inFile,
                                Optional.of(new ConstantData.Packing(
                                        List.of(2L, 2L), List.of(2L, 1L), 0, Layout.panels(Dim.of(2), Dim.of(2), 8))),
                                Buffer.Storage.ARRAY),
                        "d",
                        new ConstantData(own, Optional.empty(), Buffer.Storage.SEGMENT),
                        "e",
                        new ConstantData(beside, Optional.empty(), Buffer.Storage.ARRAY),
                        "t",
                        new ConstantData(texts, Optional.empty(), Buffer.Storage.ARRAY)),
                List.of(),
                new MemoryPlan(
                        Map.of(
                                "w", new MemoryPlan.ConstantPlace(),
                                "x", new MemoryPlan.Within("y", expression(), Layout.rowMajor(shape)),
                                "y", new MemoryPlan.Slot(expression().times(2))),
                        Map.of(DType.F32, expression())));
    }

    private record Written(byte[] records, byte[] table, MemorySegment own) {
        static Written of(Program program, ModelFiles file) {
            ModelWeights weights = new ModelWeights(file);
            byte[] records = RecordWriter.write(program, weights);
            MemorySegment own = MemorySegment.ofArray(new byte[(int) weights.ownBytes()]);
            long at = 0;
            for (MemorySegment part : weights.own()) {
                MemorySegment.copy(part, 0, own, at, part.byteSize());
                at += part.byteSize();
            }
            return new Written(records, weights.table(), own);
        }

        Program read(byte[] bytes, ModelFiles file) {
            return RecordReader.read(bytes, Program.class, new ModelWeights(file, table, own));
        }
    }

    @Test
    void whatIsReadEqualsWhatWasWritten() {
        Program program = program();
        Written written = Written.of(program, file);
        assertEquals(program, written.read(written.records(), file));
    }

    @Test
    void constantsOfTheModelStayInItsFile() {
        Written written = Written.of(program(), file);
        Program read = written.read(written.records(), file);
        model[64] = 77;
        Tensor constant = read.constants().get("w").literal().tensor();
        assertEquals(77, constant.segment().get(ValueLayout.JAVA_BYTE, 0));
        external[8] = 78;
        assertEquals(78, read.constants().get("e").literal().tensor().segment().get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(64, written.own().byteSize());
    }

    @Test
    void oneObjectIsReadAsOne() {
        Shape shape = Shape.of(3, 4);
        byte[] bytes = RecordWriter.write(List.of(List.of(shape), List.of(shape)), new ModelWeights(file));
        List<?> read = RecordReader.read(bytes, List.class, new ModelWeights(file));
        assertSame(((List<?>) read.get(0)).get(0), ((List<?>) read.get(1)).get(0));
    }

    @Test
    void mapsKeepTheirOrder() {
        Map<String, AxisRole> axes = new LinkedHashMap<>();
        axes.put("z", AxisRole.ROW);
        axes.put("a", AxisRole.COLUMN);
        axes.put("m", AxisRole.REDUCED);
        Roles roles = new Roles(axes, Optional.empty());
        byte[] bytes = RecordWriter.write(roles, new ModelWeights(file));
        Roles read = RecordReader.read(bytes, Roles.class, new ModelWeights(file));
        assertEquals(List.copyOf(roles.axes().keySet()), List.copyOf(read.axes().keySet()));
    }

    @Test
    void onlyRecordsOfQuernAreMade() {
        ByteWriter bytes = new ByteWriter();
        bytes.number(RecordTag.TYPE.ordinal());
        bytes.text("java.lang.ProcessBuilder");
        assertThrows(
                DamagedException.class,
                () -> RecordReader.read(bytes.toByteArray(), Object.class, new ModelWeights(file)));
    }

    @Test
    void damagedBytesAreRefusedOrReadAsSomething() {
        Random random = new Random(SEED);
        Written written = Written.of(program(), file);
        int refused = 0;
        for (int trial = 0; trial < 5_000; trial++) {
            byte[] bytes = written.records().clone();
            int changes = 1 + random.nextInt(3);
            for (int i = 0; i < changes; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                written.read(bytes, file);
            } catch (DamagedException expected) {
                refused++;
            }
        }
        assertTrue(refused > 1_000, "seed " + SEED + " refused " + refused);
    }
}
