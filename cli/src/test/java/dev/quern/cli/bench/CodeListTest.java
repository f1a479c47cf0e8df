package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CodeListTest {
    private static final String TYPE = "dev.quern.vector.Kernel_c";

    @Test
    void theHighestCodeInUseCounts() {
        CodeList code = CodeList.parse("""
                 12 3 0 dev.quern.vector.Kernel_c/0x00007f01.tile_0([FI)V [0x00007ffa, 0x00007ffb - 0x00007ffc]
                130 4 0 dev.quern.vector.Kernel_c/0x00007f01.tile_0([FI)V [0x00007ffa, 0x00007ffb - 0x00007ffc]
                 14 2 0 dev.quern.vector.Kernel_c+0x00007f01.tile_1([FI)V [0x00007ffa, 0x00007ffb - 0x00007ffc]
                 15 4 1 dev.quern.vector.Kernel_c/0x00007f01.kernel([FI)V [0x00007ffa, 0x00007ffb - 0x00007ffc]
                 16 4 0 dev.quern.vector.Kernel_d/0x00007f02.kernel([FI)V [0x00007ffa, 0x00007ffb - 0x00007ffc]
                 17 0 0 java.lang.Object.hashCode()I [0x00007ffa8bec9088, 0x00007ffa8bec9180 - 0x00007ffa8bec92f0]
                """);
        assertEquals(Tier.C2, code.of(TYPE, "tile_0"));
        assertEquals(Tier.C1, code.of(TYPE, "tile_1"));
        assertEquals(Tier.NONE, code.of(TYPE, "kernel"), "what is not entrant is not run");
        assertEquals(Tier.NONE, code.of(TYPE, "tile_2"));
        assertEquals(Tier.C2, code.of("dev.quern.vector.Kernel_d", "kernel"));
        assertEquals(
                Tier.NONE, code.of("java.lang.Object", "hashCode"), "a native method's entry is no compiled method");
    }

    @Test
    void thisJvmSaysWhatItHasCompiled() {
        String list = CodeList.now().orElseThrow().toString();
        assertTrue(list.contains("methods of"), list);
    }
}
