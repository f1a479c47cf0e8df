package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Shows tensors: their first elements in a table for people, all of them as JSON for programs. */
final class TensorPrinter {
    private static final int SHOWN = 6;

    private TensorPrinter() {}

    static void table(PrintStream out, Map<String, Tensor> tensors) {
        Table table = new Table().row("output", "type", "shape", "min", "max", "mean", "first elements");
        tensors.forEach((name, tensor) -> {
            boolean numbers = ElementText.numeric(tensor.dtype());
            double[] statistics = numbers ? statistics(tensor) : new double[0];
            table.row(
                    name,
                    tensor.dtype(),
                    Arrays.toString(tensor.shape()),
                    statistic(statistics, 0),
                    statistic(statistics, 1),
                    statistic(statistics, 2),
                    first(tensor));
        });
        table.print(out);
    }

    private static double[] statistics(Tensor tensor) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (long index = 0; index < tensor.elements(); index++) {
            double value = ElementText.number(tensor.segment(), tensor.dtype(), index);
            least = Math.min(least, value);
            most = Math.max(most, value);
            sum += value;
        }
        return tensor.elements() == 0 ? new double[0] : new double[] {least, most, sum / tensor.elements()};
    }

    private static String statistic(double[] statistics, int which) {
        return statistics.length == 0 ? "-" : String.format(Locale.ROOT, "%.5g", statistics[which]);
    }

    private static String first(Tensor tensor) {
        StringJoiner text = new StringJoiner(", ", "", tensor.elements() > SHOWN ? ", …" : "");
        for (int index = 0; index < Math.min(SHOWN, tensor.elements()); index++) {
            text.add(element(tensor, index));
        }
        return text.toString();
    }

    private static String element(Tensor tensor, int index) {
        if (tensor.dtype() == DType.STRING) {
            return '"' + tensor.strings().get(index) + '"';
        }
        return ElementText.text(tensor.segment(), tensor.dtype(), index);
    }

    static void json(PrintStream out, Map<String, Tensor> tensors, double[] milliseconds) {
        Json.print(out, json -> {
            json.writeNumberField("milliseconds", milliseconds[0]);
            json.writeFieldName("runs");
            json.writeArray(milliseconds, 0, milliseconds.length);
            json.writeArrayFieldStart("outputs");
            for (Map.Entry<String, Tensor> output : tensors.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", output.getKey());
                json.writeStringField("type", output.getValue().dtype().label());
                json.writeFieldName("shape");
                json.writeArray(output.getValue().shape(), 0, output.getValue().rank());
                json.writeArrayFieldStart("elements");
                elements(json, output.getValue());
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** Row by row; what JSON has no number for is a string, {@code "NaN"} or {@code "Infinity"}, and a complex element an array. */
    private static void elements(JsonGenerator json, Tensor tensor) throws IOException {
        for (long index = 0; index < tensor.elements(); index++) {
            element(json, tensor, index);
        }
    }

    private static void element(JsonGenerator json, Tensor tensor, long index) throws IOException {
        DType dtype = tensor.dtype();
        MemorySegment data = dtype == DType.STRING ? null : tensor.segment();
        switch (dtype.kind()) {
            case BOOLEAN -> json.writeBoolean(ElementText.whole(data, dtype, index) != 0);
            case SIGNED, UNSIGNED -> json.writeNumber(ElementText.text(data, dtype, index));
            case FLOAT -> real(json, ElementText.number(data, dtype, index), dtype == DType.F64);
            case COMPLEX -> {
                json.writeStartArray();
                real(json, ElementText.part(data, dtype, index, false), dtype == DType.C128);
                real(json, ElementText.part(data, dtype, index, true), dtype == DType.C128);
                json.writeEndArray();
            }
            case TEXT -> json.writeString(tensor.strings().get((int) index));
        }
    }

    private static void real(JsonGenerator json, double value, boolean wide) throws IOException {
        String text = wide ? Double.toString(value) : Float.toString((float) value);
        if (Double.isFinite(value)) {
            json.writeNumber(text);
        } else {
            json.writeString(text);
        }
    }
}
