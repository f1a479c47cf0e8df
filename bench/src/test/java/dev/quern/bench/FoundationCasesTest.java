package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.zoo.ModelZoo;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoundationCasesTest {
    @Test
    void aRegexChoosesByName() {
        List<FoundationCases.FoundationCase> chosen = FoundationCases.matching("silero|resnet50");
        assertEquals(
                List.of("silero-vad", "arch/resnet50"),
                chosen.stream().map(FoundationCases.FoundationCase::name).toList());
        assertEquals("\"/a b/m.onnx\" --name arch/resnet50", chosen.getLast().line("/a b/m.onnx"));
    }

    @Test
    void everyPublishedModelIsThere() {
        ModelZoo zoo = new ModelZoo(Path.of("none"), Path.of("none"));
        List<String> names = FoundationCases.matching(".").stream()
                .map(FoundationCases.FoundationCase::name)
                .toList();
        zoo.registryNames().stream()
                .filter(name -> !name.endsWith("tokenizer"))
                .forEach(name -> assertTrue(names.contains(name), name));
    }
}
