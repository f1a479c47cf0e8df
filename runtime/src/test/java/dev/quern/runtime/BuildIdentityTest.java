package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Model;
import dev.quern.ir.Dim;
import dev.quern.onnx.OnnxModels;
import dev.quern.passes.BuildIdentity;
import dev.quern.passes.Compiler;
import dev.quern.tune.Tuning;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildIdentityTest {
    @Test
    void everyPartIsOfTheBuild() throws URISyntaxException {
        for (Class<?> part :
                List.of(Model.class, Dim.class, Compiler.class, Tuning.class, ModelCompiler.class, OnnxModels.class)) {
            Path place = Path.of(
                    part.getProtectionDomain().getCodeSource().getLocation().toURI());
            assertTrue(BuildIdentity.places().contains(place), part + " lies in none of " + BuildIdentity.places());
        }
        assertEquals(BuildIdentity.get(), BuildIdentity.get());
        assertTrue(BuildIdentity.get().orElseThrow().matches("[0-9a-f]+-[0-9a-f]+-[0-9]+"));
    }
}
