package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TemplatesTest {
    /** Opening one fails if its operator is not made from the template it names. */
    @Test
    void everyCaseIsMadeFromItsTemplate() throws NoSuchFieldException {
        Map<String, Integer> shapes = new TreeMap<>();
        for (String shape : Templates.cases()) {
            Templates.TemplateShape subject = new Templates.TemplateShape();
            subject.shape = shape;
            subject.open();
            subject.close();
            shapes.merge(shape.substring(0, shape.indexOf(' ')), 1, Integer::sum);
        }
        assertEquals(12, shapes.size(), shapes.toString());
        shapes.forEach((template, count) -> assertFalse(count < 2, template + " has one shape"));
    }

    @Test
    void aCaseRuns() {
        Templates.TemplateShape subject = new Templates.TemplateShape();
        subject.shape = "softmax 12x2048";
        subject.open();
        float[] first = new Templates().run(subject).get("y").toFloatArray();
        double sum = 0;
        for (int column = 0; column < 2048; column++) {
            sum += first[column];
        }
        assertEquals(1, sum, 1e-4);
        subject.close();
    }
}
