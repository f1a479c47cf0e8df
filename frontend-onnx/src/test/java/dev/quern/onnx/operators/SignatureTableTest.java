package dev.quern.onnx.operators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SignatureTableTest {
    private final SignatureTable table = SignatureTable.onnx();

    /** Lines are read when an operator is asked for; so all are asked for. */
    @Test
    void everyLineIsASignature() {
        Set<String> operators = table.operators();
        assertTrue(operators.size() > 150, operators.size() + " operators");
        for (String operator : operators) {
            int colon = operator.indexOf(':');
            String domain = operator.substring(0, Math.max(0, colon));
            assertTrue(
                    table.find(domain, operator.substring(colon + 1), Long.MAX_VALUE)
                            .isPresent(),
                    operator);
        }
    }

    @Test
    void theVersionIsTheLastThatIsNotLater() {
        assertEquals(6, table.find("", "Abs", 12).orElseThrow().since());
        assertEquals(13, table.find("", "Abs", 13).orElseThrow().since());
        assertEquals(
                Set.of(DType.F64, DType.F32, DType.F16),
                table.find("", "Abs", 1).orElseThrow().types().get("T"));
        assertTrue(table.find("", "Abs", 0).isEmpty());
        assertTrue(table.find("", "Nonesuch", 20).isEmpty());
        assertTrue(table.find("elsewhere", "Abs", 20).isEmpty());
        assertTrue(table.find("com.microsoft", "FusedMatMul", 1).isPresent());
        assertTrue(table.find("", "com.microsoft:FusedMatMul", 1).isEmpty());
    }
}
