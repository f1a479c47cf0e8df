package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KernelCompilationTest {
    @Test
    void theJvmKeepsItsFirstCompilerAwayFromKernels() throws Exception {
        KernelCompilation.awaitPrepared();
        KernelCompilation.awaitPrepared();
        String directives = KernelCompilation.command("compilerDirectivesPrint");
        int kernels = directives.indexOf("dev/quern/vector/Kernel_*.*");
        assertTrue(kernels >= 0, directives);
        String own = directives.substring(kernels);
        int first = own.indexOf("c1 directives:");
        int second = own.indexOf("c2 directives:");
        assertTrue(own.substring(first, second).contains("Exclude:true"), own);
        assertTrue(own.substring(second).contains("Exclude:false"), own);
        assertEquals(kernels, directives.lastIndexOf("dev/quern/vector/Kernel_*.*"), "added once");
    }
}
