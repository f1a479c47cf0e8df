package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One launch of a kernel as one entry. */
final class LaunchCode {
    private static final int LANES = 32;

    private final Kernel kernel;
    private final ElementNames names;
    private final PtxCode code = new PtxCode();
    private final DimCode dims = new DimCode(code);
    private final MemoryCode memory = new MemoryCode(code, dims);
    private final ValueCode values = new ValueCode(code, dims, memory);
    private final long threads;
    private final Map<String, Long> apart;
    private Set<Stmt> waits = Set.of();
    private Optional<Dim> thread = Optional.empty();
    private boolean inThread;

    private LaunchCode(Kernel kernel, Stmt launch) {
        this.kernel = kernel;
        this.names = ElementNames.of(launch);
        this.threads = LaunchShape.threads(launch);
        this.apart = ThreadOwned.of(launch, threads);
    }

    /** The entry called {@code name} that does {@code launch}, a launch of {@code kernel}. */
    static String entry(Kernel kernel, Stmt launch, String name) {
        LaunchCode entry = new LaunchCode(kernel, launch);
        List<String> arguments = new ArrayList<>();
        for (Buffer parameter : kernel.parameters()) {
            String argument = name + "_p" + arguments.size();
            entry.memory.parameter(parameter, argument);
            arguments.add("    .param .u64 " + argument);
        }
        for (String symbol : kernel.symbols()) {
            String argument = name + "_p" + arguments.size();
            entry.dims.bind(symbol, entry.code.into(RegisterClass.LONG, "ld.param.u64", "[" + argument + "]"));
            arguments.add("    .param .u64 " + argument);
        }
        entry.blocks(launch);
        entry.code.line("ret");
        return ".visible .entry " + name + "(\n" + String.join(",\n", arguments) + "\n)\n.maxntid " + entry.threads
                + ", 1, 1\n{\n" + entry.code.text() + "}\n";
    }

    /** The blocks of a nest are numbered together, the innermost loop running fastest. */
    private void blocks(Stmt launch) {
        List<Stmt.For> loops = new ArrayList<>();
        Stmt body = launch;
        while (body instanceof Stmt.For loop && loop.kind() == LoopKind.BLOCK) {
            loops.add(loop);
            body = loop.body();
        }
        if (!loops.isEmpty()) {
            String word = code.into(RegisterClass.WORD, "mov.u32", "%ctaid.x");
            String rest = code.into(RegisterClass.LONG, "cvt.u64.u32", word);
            for (Stmt.For loop : loops.subList(1, loops.size()).reversed()) {
                String extent = dims.register(loop.extent());
                dims.bind(loop.variable(), code.into(RegisterClass.LONG, "rem.u64", rest, extent));
                rest = code.into(RegisterClass.LONG, "div.u64", rest, extent);
            }
            dims.bind(loops.getFirst().variable(), rest);
        }
        if (threads > 1) {
            Map<String, String> common = new HashMap<>();
            // A result may lie where a parameter does.
            kernel.parameters().forEach(parameter -> common.put(parameter.name(), "parameters"));
            common(body, common);
            waits = Barriers.place(body, common);
        }
        statement(body);
    }

    /** Adds the allocations that several threads of a block see. */
    private void common(Stmt statement, Map<String, String> common) {
        if (statement instanceof Stmt.For loop && (loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP)) {
            return;
        }
        if (statement instanceof Stmt.Allocate allocate && isShared(allocate.buffer())) {
            common.put(allocate.buffer().name(), allocate.buffer().name());
        }
        statement.parts().forEach(part -> common(part, common));
    }

    /** Whether several threads see the buffer, which is allocated outside loops over threads. */
    private boolean isShared(Buffer buffer) {
        return threads > 1 && names.isWrittenByThreads(buffer.name()) && !apart.containsKey(buffer.name());
    }

    private void open(boolean repeats) {
        dims.open();
        memory.open(repeats);
    }

    private void close() {
        dims.close();
        memory.close();
    }

    private void statement(Stmt statement) {
        if (waits.contains(statement)) {
            code.line("bar.sync", "0");
            memory.forget();
        }
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::statement);
            case Stmt.For loop -> loop(loop);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> store(buffer, indices, values.of(value));
            case Stmt.ReduceInto reduce -> reduce(reduce);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                Long stride = apart.get(buffer.name());
                if (stride != null) {
                    memory.allocateApart(buffer, stride);
                } else {
                    memory.allocate(buffer, names.isNamed(buffer.name()), !inThread && isShared(buffer));
                }
                statement(body);
            }
            case Stmt.Guard guard -> guard(guard);
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                String number = new CastCode(code).cast(values.of(value), value.dtype(), DType.I64);
                dims.bind(name, code.into(RegisterClass.LONG, "mov.b64", number));
                statement(body);
            }
            case Stmt.Section(String name, Stmt body) -> statement(body);
        }
    }

    /** What all threads of a block run alike, one of them stores. */
    private void store(String buffer, List<Dim> indices, String value) {
        if (inThread || threads == 1 || !memory.isSeenByOthers(buffer)) {
            memory.store(buffer, indices, value);
            return;
        }
        String thread = code.into(RegisterClass.WORD, "mov.u32", "%tid.x");
        String end = code.label();
        code.branchIf(code.into(RegisterClass.TRUTH, "setp.ne.u32", thread, "0"), end);
        open(false);
        memory.store(buffer, indices, value);
        close();
        code.place(end);
    }

    private void loop(Stmt.For loop) {
        switch (loop.kind()) {
            case SERIAL, UNROLL -> serial(loop);
            case THREAD -> spread(loop, code.into(RegisterClass.WORD, "mov.u32", "%tid.x"), threads);
            case WARP -> {
                String thread = code.into(RegisterClass.WORD, "mov.u32", "%tid.x");
                spread(loop, code.into(RegisterClass.WORD, "shr.u32", thread, "5"), threads / LANES);
            }
            case LANE -> {
                String thread = code.into(RegisterClass.WORD, "mov.u32", "%tid.x");
                spread(loop, code.into(RegisterClass.WORD, "and.b32", thread, "31"), LANES);
            }
            case VECTOR, PARALLEL, BLOCK -> throw PtxRefusal.because("a loop of kind " + loop.kind());
        }
    }

    private void serial(Stmt.For loop) {
        String extent = dims.of(loop.extent());
        String variable = code.into(RegisterClass.LONG, "mov.b64", "0");
        String head = code.label();
        String end = code.label();
        code.place(head);
        code.branchIf(code.into(RegisterClass.TRUTH, "setp.ge.s64", variable, extent), end);
        open(true);
        dims.bind(loop.variable(), variable);
        statement(loop.body());
        close();
        code.line("add.s64", variable, variable, "1");
        code.line("bra", head);
        code.place(end);
    }

    /** An iteration for each number below {@code count}. */
    private void spread(Stmt.For loop, String number, long count) {
        Optional<Dim> outside = thread;
        boolean outermost = !inThread;
        thread = ThreadOwned.number(loop, outside);
        memory.thread(thread.orElse(null));
        String variable = code.into(RegisterClass.LONG, "cvt.u64.u32", number);
        String end = code.label();
        open(false);
        if (loop.extent().constant() < count) {
            String beyond = Long.toString(loop.extent().constant());
            code.branchIf(code.into(RegisterClass.TRUTH, "setp.ge.s64", variable, beyond), end);
        }
        dims.bind(loop.variable(), variable);
        inThread = true;
        statement(loop.body());
        close();
        code.place(end);
        inThread = !outermost;
        thread = outside;
        memory.thread(thread.orElse(null));
    }

    private void guard(Stmt.Guard guard) {
        String otherwise = code.label();
        String end = code.label();
        // All of them before the first branch: what is computed behind it may not have been.
        List<String> numbers = guard.nonNegative().stream().map(dims::register).toList();
        for (String number : numbers) {
            code.branchIf(code.into(RegisterClass.TRUTH, "setp.lt.s64", number, "0"), otherwise);
        }
        open(false);
        statement(guard.then());
        close();
        code.line("bra", end);
        code.place(otherwise);
        open(false);
        statement(guard.otherwise());
        close();
        code.place(end);
    }

    private void reduce(Stmt.ReduceInto reduce) {
        if (!reduce.reduction().isPlain() || !reduce.along().isEmpty()) {
            throw PtxRefusal.because("a reduction by " + reduce.reduction().name() + " that is not spelled out");
        }
        Stmt.Element target = reduce.targets().getFirst();
        DType dtype = memory.dtype(target.buffer());
        String first = values.of(reduce.inputs().getFirst());
        String joined;
        if (reduce.reduction().isFused()) {
            String second = values.of(reduce.inputs().get(1));
            joined = values.fma(dtype, first, second, memory.load(target.buffer(), target.indices()));
        } else {
            String before = memory.load(target.buffer(), target.indices());
            joined = values.binary(reduce.reduction().function().orElseThrow(), dtype, before, first);
        }
        store(target.buffer(), target.indices(), joined);
    }
}
