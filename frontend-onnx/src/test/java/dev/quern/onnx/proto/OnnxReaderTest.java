package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.build.WireWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
    @TempDir
    Path folder;

    @Test
    void whatIsReadIsWrittenTheSame() {
        byte[] bytes = SampleModel.builder().build();
        try (OnnxFile file = OnnxReader.read(bytes)) {
            assertArrayEquals(bytes, OnnxWriter.toBytes(file.model()));
        }
    }

    @Test
    void recordsSayWhatTheBuilderWasTold() {
        OnnxModel told = SampleModel.builder().model();
        try (OnnxFile file = OnnxReader.read(SampleModel.builder().build())) {
            OnnxModel read = file.model();
            assertEquals(told.opsets(), read.opsets());
            assertEquals(told.functions(), read.functions());
            assertEquals(told.metadata(), read.metadata());
            assertEquals(told.graph().inputs(), read.graph().inputs());
            assertEquals(told.graph().outputs(), read.graph().outputs());
            assertEquals(told.graph().valueInfos(), read.graph().valueInfos());
            assertEquals(List.of("x", ""), read.graph().nodes().getFirst().inputs());
            OnnxNode node = read.graph().nodes().getLast();
            OnnxNode toldNode = told.graph().nodes().getLast();
            assertEquals(toldNode.attributes().keySet(), node.attributes().keySet());
            for (String plain :
                    List.of("int", "float", "text", "graph", "ints", "floats", "texts", "type", "types", "empty")) {
                assertEquals(toldNode.attribute(plain), node.attribute(plain), plain);
            }
            assertEquals(
                    List.of("ä", ""), read.graph().initializers().get(1).data().strings());
            assertArrayEquals(
                    new float[] {1, 2, 3, 4, 5, 6},
                    read.graph().initializers().getFirst().data().toFloatArray());
        }
    }

    @Test
    void weightsStayInTheMappedFileUntilItIsClosed() throws IOException {
        Path path = folder.resolve("m.onnx");
        Files.write(path, SampleModel.builder().build());
        OnnxFile file = OnnxReader.read(path);
        Tensor weights = file.model().graph().initializers().getFirst().data();
        assertTrue(weights.segment().isMapped());
        assertEquals(2, weights.toFloatArray()[1]);
        file.close();
        file.close();
        assertFalse(weights.segment().scope().isAlive());
        assertThrows(IllegalStateException.class, weights::toFloatArray);
    }

    @Test
    void aTypeThatIsNotStatedIsTakenFromTheValue() {
        WireWriter attribute = new WireWriter().text(1, "axes").packed(8, 1, 2);
        WireWriter node = new WireWriter().text(4, "Squeeze").message(5, attribute);
        byte[] model =
                new WireWriter().message(7, new WireWriter().message(1, node)).toBytes();
        try (OnnxFile file = OnnxReader.read(model)) {
            assertEquals(
                    Map.of("axes", OnnxAttribute.ofInts(1, 2)),
                    file.model().graph().nodes().getFirst().attributes());
        }
    }

    @Test
    void aStatedTypeWithoutAValueIsTheDefault() {
        WireWriter attribute = new WireWriter().text(1, "axis").integer(20, 2);
        WireWriter node =
                new WireWriter().text(4, "Concat").message(5, attribute).text(7, "ai.onnx");
        byte[] model =
                new WireWriter().message(7, new WireWriter().message(1, node)).toBytes();
        try (OnnxFile file = OnnxReader.read(model)) {
            OnnxNode read = file.model().graph().nodes().getFirst();
            assertEquals(Optional.of(OnnxAttribute.of(0)), read.attribute("axis"));
            assertEquals("", read.domain());
        }
    }

    @Test
    void extentsThatExportersDoNotKnowAreUnknown() {
        WireWriter shape = new WireWriter()
                .message(1, new WireWriter().integer(1, -1))
                .message(1, new WireWriter().text(2, "?"))
                .message(1, new WireWriter().text(2, ""))
                .message(1, new WireWriter())
                .message(1, new WireWriter().integer(1, 0));
        WireWriter type =
                new WireWriter().message(1, new WireWriter().integer(1, 1).message(2, shape));
        WireWriter info = new WireWriter().text(1, "x").message(2, type);
        byte[] model =
                new WireWriter().message(7, new WireWriter().message(11, info)).toBytes();
        try (OnnxFile file = OnnxReader.read(model)) {
            OnnxType.Extent unknown = new OnnxType.Extent.Unknown();
            assertEquals(
                    Optional.of(OnnxBuilder.tensorType(DType.F32, unknown, unknown, unknown, unknown, 0)),
                    file.model().graph().inputs().getFirst().type());
        }
    }

    @Test
    void unknownFieldsAreSkipped() {
        WireWriter model = new WireWriter()
                .integer(900, 5)
                .real(901, 1.0f)
                .real(902, 1.0)
                .bytes(903, new byte[300])
                .message(7, new WireWriter().integer(4000, 1));
        assertDoesNotThrow(() -> OnnxReader.read(model.toBytes()).close());
    }

    @Test
    void valuesOfTestDataAreTensorsListsAndMaybes() throws IOException {
        byte[] tensor = OnnxWriter.toBytes("t", Tensor.of(new int[] {1, 2, 3}, 3));
        Path path = folder.resolve("input_0.pb");
        Files.write(path, tensor);
        assertArrayEquals(new int[] {1, 2, 3}, TensorProtos.read(tensor).toIntArray());
        assertArrayEquals(new int[] {1, 2, 3}, TensorProtos.read(path).toIntArray());

        OnnxType element = OnnxBuilder.tensorType(DType.I32, 3);
        OnnxType sequenceType = new OnnxType.SequenceType(element);
        WireWriter sequence =
                new WireWriter().text(1, "s").integer(2, 1).bytes(3, tensor).bytes(3, tensor);
        var list = (OnnxValue.Sequence) TensorProtos.read(sequence.toBytes(), sequenceType);
        assertEquals(2, list.elements().size());
        var first = (OnnxValue.Dense) list.elements().getFirst();
        assertArrayEquals(new int[] {1, 2, 3}, first.tensor().toIntArray());

        OnnxType optionalType = new OnnxType.OptionalType(sequenceType);
        var absent = (OnnxValue.Maybe)
                TensorProtos.read(new WireWriter().text(1, "o").toBytes(), optionalType);
        assertEquals(Optional.empty(), absent.value());
        byte[] given = new WireWriter().integer(2, 3).message(5, sequence).toBytes();
        var present = (OnnxValue.Maybe) TensorProtos.read(given, optionalType);
        assertTrue(present.value().orElseThrow() instanceof OnnxValue.Sequence);
    }
}
