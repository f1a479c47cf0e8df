package dev.quern.passes.lower;

import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Turns what a template drew into a kernel: cleans the loops up, finds the symbols, and names it after its content. */
final class Finish {
    private Finish() {}

    /** The kernel drawn in {@code sketch} with {@code body}. */
    static Lowered kernel(String template, Sketch sketch, Stmt body) {
        KernelDraft draft = new KernelDraft(
                sketch.parameters().stream().map(Sketch.SketchParameter::buffer).toList(), body);
        draft = ShortLoops.apply(draft);
        draft = MergedAxes.apply(draft);
        draft = CollapsedLoops.apply(draft, sketch.roles());
        SeparatedLoops separated = SeparatedLoops.of(draft, sketch.roles());
        draft = SeparatedAxes.apply(separated.draft());
        draft = HoistedBindings.apply(draft);
        List<Value> arguments =
                sketch.parameters().stream().map(Sketch.SketchParameter::value).toList();
        return new Lowered(named(template, draft, sketch.results(), separated.roles()), arguments);
    }

    private static Kernel named(String template, KernelDraft draft, int results, Roles drawn) {
        List<String> symbols = symbols(draft);
        Roles roles = drawn.of(loops(draft));
        Kernel nameless = new Kernel("", template, symbols, draft.parameters(), results, roles, draft.body());
        return new Kernel(
                template + "_" + digest(nameless.toString()),
                template,
                symbols,
                draft.parameters(),
                results,
                roles,
                draft.body());
    }

    private static Set<String> loops(KernelDraft draft) {
        Set<String> loops = new HashSet<>();
        draft.body().walk(part -> {
            if (part instanceof Stmt.For loop) {
                loops.add(loop.variable());
            }
        });
        return loops;
    }

    private static List<String> symbols(KernelDraft draft) {
        Set<String> used = draft.mentioned();
        used.removeAll(draft.bound());
        return new ArrayList<>(used);
    }

    private static String digest(String content) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha, 0, 5);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }
}
