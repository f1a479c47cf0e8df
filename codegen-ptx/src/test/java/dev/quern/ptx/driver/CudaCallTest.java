package dev.quern.ptx.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The signatures that are called are those that the driver has. */
class CudaCallTest {
    private static final Pattern PROTOTYPE = Pattern.compile("CUresult (\\w+)\\(([^)]*)\\);");

    @Test
    void signaturesAreThoseOfTheDriver() throws IOException {
        Map<String, List<MemoryLayout>> declared = new TreeMap<>();
        for (Matcher matcher = PROTOTYPE.matcher(prototypes()); matcher.find(); ) {
            List<MemoryLayout> arguments = Arrays.stream(matcher.group(2).split(","))
                    .map(CudaCallTest::layout)
                    .toList();
            declared.put(matcher.group(1), arguments);
        }
        Map<String, List<MemoryLayout>> called = new TreeMap<>();
        for (CudaCall call : CudaCall.values()) {
            called.put(call.symbol(), call.descriptor().argumentLayouts());
            assertEquals(ValueLayout.JAVA_INT, call.descriptor().returnLayout().orElseThrow());
        }
        assertEquals(declared, called);
    }

    private static MemoryLayout layout(String argument) {
        if (argument.contains("*")) {
            return ValueLayout.ADDRESS;
        }
        String type = argument.strip().substring(0, argument.strip().lastIndexOf(' '));
        return switch (type) {
            case "int", "unsigned int", "CUresult", "CUdevice" -> ValueLayout.JAVA_INT;
            case "CUdevice_attribute", "CUmemPool_attribute", "CUfunction_attribute" -> ValueLayout.JAVA_INT;
            case "unsigned char" -> ValueLayout.JAVA_BYTE;
            case "size_t", "CUdeviceptr" -> ValueLayout.JAVA_LONG;
            case "CUcontext", "CUmodule", "CUfunction", "CUstream", "CUevent", "CUmemoryPool" -> ValueLayout.JAVA_LONG;
            default -> throw new AssertionError("type " + type);
        };
    }

    private static String prototypes() throws IOException {
        try (InputStream in = CudaCallTest.class.getResourceAsStream("prototypes.h")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
