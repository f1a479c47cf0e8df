package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.quern.zoo.ModelZoo;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The peer that other tests compare with is there, and reads the models. */
class PeerTest {
    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @Test
    void knowsTheInputsOfMiniLm() throws IOException, OrtException {
        try (OrtSession session = open("minilm")) {
            assertEquals(Set.of("input_ids", "attention_mask", "token_type_ids"), session.getInputNames());
        }
    }

    @TestFactory
    Stream<DynamicTest> opensSharedModels() {
        return Stream.of("rgcn", "decoder", "arch/bilstm")
                .map(name -> DynamicTest.dynamicTest(name, () -> open(name).close()));
    }

    private OrtSession open(String name) throws IOException, OrtException {
        return OrtEnvironment.getEnvironment().createSession(zoo.path(name).toString());
    }
}
