package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.ModelException.Code;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.TreeSet;

/** The {@code external_data} of a tensor: a file beside the model, and a range of it. Its checksum is not looked at. */
final class ExternalReference {
    /** The {@code data_location} of a tensor that has its elements elsewhere. */
    static final int EXTERNAL = 1;

    private String location = "";
    private long offset;
    private long length = -1;

    /** Where the initializers of {@code model} lie, as far as it is not the model itself. */
    static Set<String> locations(WireMessage model) {
        Set<String> locations = new TreeSet<>();
        while (model.next()) {
            if (model.field() == 7) {
                WireMessage graph = model.message("graph");
                for (int initializers = 0; graph.next(); ) {
                    if (graph.field() == 5) {
                        addLocation(graph.message("initializer", initializers++), locations);
                    }
                }
            }
        }
        return locations;
    }

    private static void addLocation(WireMessage tensor, Set<String> locations) {
        ExternalReference reference = new ExternalReference();
        boolean isExternal = false;
        while (tensor.next()) {
            if (tensor.field() == 13) {
                reference.entry(tensor.message("external_data"));
            } else if (tensor.field() == 14) {
                isExternal = tensor.integer("data_location") == EXTERNAL;
            }
        }
        if (isExternal) {
            locations.add(reference.location);
        }
    }

    /** Takes one {@code StringStringEntryProto}. */
    void entry(WireMessage message) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.name("key");
                case 2 -> value = message.name("value");
                default -> {}
            }
        }
        switch (key) {
            case "location" -> location = value;
            case "offset" -> offset = number(message, key, value);
            case "length" -> length = number(message, key, value);
            default -> {}
        }
    }

    /** The {@code size} bytes referred to. */
    MemorySegment resolve(WireMessage message, DType dtype, long size) {
        if (dtype == DType.STRING) {
            throw message.failWhole(Code.MALFORMED_MODEL, "string tensors may not lie in external data");
        }
        if (location.isEmpty()) {
            throw message.failWhole(Code.MALFORMED_MODEL, "external data without a location");
        }
        if (length >= 0 && length != size) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL, "expected external data of " + size + " bytes, found a length of " + length);
        }
        ExternalFiles external = message.source().external();
        if (external == null) {
            throw message.failWhole(
                    Code.UNSUPPORTED,
                    "the tensor lies in the file '" + location
                            + "', which a model without a folder cannot have; load the model by its path");
        }
        MemorySegment file = external.map(message, location);
        if (offset > file.byteSize() || size > file.byteSize() - offset) {
            throw message.failWhole(
                    Code.IO,
                    "expected " + size + " bytes at " + offset + " of '" + location + "', found a file of "
                            + file.byteSize() + " bytes; fetch it again");
        }
        return file.asSlice(offset, size);
    }

    private static long number(WireMessage message, String key, String value) {
        try {
            long number = Long.parseLong(value.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Reported below with the text found.
        }
        throw message.failWhole(
                Code.MALFORMED_MODEL, "expected a number of bytes as " + key + ", found '" + value + "'");
    }
}
