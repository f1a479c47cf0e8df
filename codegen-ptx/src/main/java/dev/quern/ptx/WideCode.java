package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Neighbouring elements by one access, where the memory of parameters begins at a multiple of 16 bytes: that is asked once for each. */
final class WideCode {
    private static final int AMPERE = 80;
    private static final int WORD = 4;
    private static final int LARGEST = 16;

    private final PtxCode code;
    private final MemoryCode memory;
    private final ValueCode values;
    private final CastCode casts;
    private final int architecture;
    private final Map<String, String> aligned = new HashMap<>();

    WideCode(PtxCode code, MemoryCode memory, ValueCode values, int architecture) {
        this.code = code;
        this.memory = memory;
        this.values = values;
        this.casts = new CastCode(code);
        this.architecture = architecture;
    }

    /** Finds out where the memory of {@code parameters} begins. */
    void start(List<Buffer> parameters) {
        for (Buffer parameter : parameters) {
            String low = code.into(RegisterClass.LONG, "and.b64", memory.base(parameter.name()), "15");
            aligned.put(parameter.name(), code.into(RegisterClass.TRUTH, "setp.eq.s64", low, "0"));
        }
    }

    /** The truths that have to hold for {@link #store}. */
    List<String> conditions(WideStore wide) {
        List<String> buffers = new ArrayList<>(List.of(wide.store().buffer()));
        wide.source().ifPresent(load -> buffers.add(load.buffer()));
        return buffers.stream()
                .distinct()
                .filter(aligned::containsKey)
                .map(aligned::get)
                .toList();
    }

    /**
     * Stores all elements of {@code wide}.
     *
     * @param ahead the truth under which it is done, if what is copied need not be there before the launch waits for it
     */
    void store(WideStore wide, Optional<String> ahead) {
        String name = wide.store().buffer();
        Buffer target = memory.buffer(name);
        int bytes = wide.bytes(target);
        String to = memory.at(name, wide.first());
        if (wide.source().isPresent()) {
            String source = wide.source().get().buffer();
            String from = memory.at(source, wide.firstLoaded());
            if (ahead.isPresent() && runsAhead(wide)) {
                String cached = bytes == LARGEST ? "cg" : "ca";
                code.line(
                        "@" + ahead.get() + " cp.async." + cached + ".shared.global.L2::128B",
                        to,
                        from,
                        Integer.toString(bytes));
            } else {
                List<String> words = new ArrayList<>();
                for (int i = 0; i < bytes / WORD; i++) {
                    words.add(code.register(RegisterClass.WORD));
                }
                code.line("ld." + memory.space(source) + words(bytes), list(words), from);
                code.line("st." + memory.space(name) + words(bytes), to, list(words));
            }
        } else {
            List<String> words = packed(wide, target.dtype());
            code.line("st." + memory.space(name) + words(bytes), to, list(words));
        }
        memory.forget(name);
    }

    /** Whether {@code wide} is a copy that need not be waited for where it begins: from global to shared memory. */
    boolean runsAhead(WideStore wide) {
        return architecture >= AMPERE
                && wide.source()
                        .filter(load -> memory.space(load.buffer()).equals("global"))
                        .isPresent()
                && memory.space(wide.store().buffer()).equals("shared");
    }

    /** Whether every access of {@code statement} is a copy that runs ahead, which is done under a condition without a branch, given that {@code asked} hold. */
    boolean isConditional(Stmt statement, Set<String> asked) {
        return switch (statement) {
            case Stmt.For loop
            when loop.kind() == LoopKind.VECTOR ->
                WideStore.of(loop, memory)
                        .filter(this::runsAhead)
                        .filter(store -> asked.containsAll(conditions(store)))
                        .isPresent();
            case Stmt.For loop -> loop.kind() == LoopKind.THREAD && isConditional(loop.body(), asked);
            case Stmt.Guard guard -> Statements.isNothing(guard.otherwise()) && isConditional(guard.then(), asked);
            case Stmt.Block block -> block.statements().stream().allMatch(part -> isConditional(part, asked));
            case Stmt.Store _, Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Let _, Stmt.Section _ -> false;
        };
    }

    private static String words(int bytes) {
        return (bytes == WORD ? "" : ".v" + bytes / WORD) + ".b32";
    }

    private static String list(List<String> words) {
        return words.size() == 1 ? words.getFirst() : words.stream().collect(Collectors.joining(", ", "{", "}"));
    }

    private List<String> packed(WideStore wide, DType dtype) {
        List<Expr> elements = new ArrayList<>();
        for (long i = 0; i < wide.loop().extent().constant(); i++) {
            elements.add(Replicas.with(wide.loop().variable(), Dim.of(i))
                    .expr(wide.store().value()));
        }
        List<String> words = new ArrayList<>();
        boolean half = dtype == DType.F16 || dtype == DType.BF16;
        for (int i = 0; i < elements.size(); i += half ? 2 : 1) {
            words.add(half ? pair(elements.get(i), elements.get(i + 1), dtype) : word(elements.get(i)));
        }
        return words;
    }

    private String word(Expr element) {
        String value = values.of(element);
        return element.dtype() == DType.F32 ? code.into(RegisterClass.WORD, "mov.b32", value) : value;
    }

    private String pair(Expr low, Expr high, DType dtype) {
        if (architecture >= AMPERE
                && low instanceof Expr.Conversion(DType _, Expr first)
                && high instanceof Expr.Conversion(DType _, Expr second)
                && first.dtype() == DType.F32
                && second.dtype() == DType.F32) {
            String type = dtype == DType.BF16 ? "bf16x2" : "f16x2";
            String one = values.of(first);
            String other = values.of(second);
            return code.into(RegisterClass.WORD, "cvt.rn." + type + ".f32", other, one);
        }
        String one = bits(values.of(low), dtype);
        String other = bits(values.of(high), dtype);
        String shifted = code.into(RegisterClass.WORD, "shl.b32", other, "16");
        return code.into(RegisterClass.WORD, "or.b32", shifted, one);
    }

    private String bits(String value, DType dtype) {
        return dtype == DType.BF16
                ? casts.brainBits(value)
                : code.into(RegisterClass.WORD, "cvt.u32.u16", casts.toHalf(value));
    }
}
