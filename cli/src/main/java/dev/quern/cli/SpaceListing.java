package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Pruning;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TunedOperator;
import java.io.IOException;
import java.io.PrintStream;

/**
 * The schedules that an operator's kernel may have, and how rules come to them.
 *
 * @param sizes its shape, as it was given
 * @param target what they are for
 */
record SpaceListing(TunedOperator operator, String sizes, Target target, TunedKernel kernel) {
    void print(PrintStream out) {
        Pruning pruning = kernel.space().pruning();
        out.println(operator.text() + " " + sizes + " on " + target.name() + ": "
                + kernel.space().name());
        pruning.knobs().forEach(knob -> out.println("  " + knob));
        Table table = new Table().row("rule", "left", "because").row("the cross product", pruning.all(), "");
        pruning.effects().forEach(effect -> table.row(effect.rule(), effect.left(), effect.reason()));
        table.print(out);
        out.println();
        Table candidates = new Table().row("", "candidate");
        for (int i = 0; i < kernel.ranked().size(); i++) {
            candidates.row(i + 1, kernel.ranked().get(i).name());
        }
        candidates.print(out);
    }

    void write(JsonGenerator out) throws IOException {
        Pruning pruning = kernel.space().pruning();
        out.writeStringField("operator", operator.text());
        out.writeStringField("shape", sizes);
        out.writeStringField("target", target.name());
        out.writeStringField("space", kernel.space().name());
        out.writeNumberField("raw", pruning.all());
        out.writeArrayFieldStart("rules");
        for (Pruning.RuleEffect effect : pruning.effects()) {
            out.writeStartObject();
            out.writeStringField("rule", effect.rule());
            out.writeStringField("reason", effect.reason());
            out.writeNumberField("left", effect.left());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("candidates");
        for (Candidate candidate : kernel.ranked()) {
            out.writeString(candidate.name());
        }
        out.writeEndArray();
    }
}
