package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

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
    private boolean inThread;

    /** Whether there is more to a block than one loop over threads, so that they have to wait for one another. */
    private boolean meet;

    private LaunchCode(Kernel kernel, Stmt launch) {
        this.kernel = kernel;
        this.names = ElementNames.of(launch);
        this.threads = LaunchShape.threads(launch);
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
        Stmt work = body;
        while (work instanceof Stmt.Let let && IndexNames.named(let).isPresent()) {
            work = let.body();
        }
        meet = !(work instanceof Stmt.For loop && (loop.kind() == LoopKind.THREAD || loop.kind() == LoopKind.WARP));
        statement(body);
    }

    private void statement(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::statement);
            case Stmt.For loop -> loop(loop);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> store(buffer, indices, values.of(value));
            case Stmt.Reduce reduce -> reduce(reduce);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                boolean isShared = !inThread && threads > 1 && names.isWrittenByThreads(buffer.name());
                memory.allocate(buffer, names.isNamed(buffer.name()), isShared);
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

    /** What all threads of a block run alike, one of them stores, when all have read and before any reads again. */
    private void store(String buffer, List<Dim> indices, String value) {
        if (inThread || threads == 1 || !memory.isSeenByOthers(buffer)) {
            memory.store(buffer, indices, value);
            return;
        }
        String thread = code.into(RegisterClass.WORD, "mov.u32", "%tid.x");
        String end = code.label();
        await();
        code.branchIf(code.into(RegisterClass.TRUTH, "setp.ne.u32", thread, "0"), end);
        dims.open();
        memory.store(buffer, indices, value);
        dims.close();
        code.place(end);
        await();
    }

    private void await() {
        code.line("bar.sync", "0");
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
        dims.open();
        dims.bind(loop.variable(), variable);
        statement(loop.body());
        dims.close();
        code.line("add.s64", variable, variable, "1");
        code.line("bra", head);
        code.place(end);
    }

    /** An iteration for each number below {@code count}; all threads wait before and after, unless they are in such a loop already. */
    private void spread(Stmt.For loop, String number, long count) {
        boolean outermost = !inThread;
        if (outermost && meet) {
            await();
        }
        String variable = code.into(RegisterClass.LONG, "cvt.u64.u32", number);
        String end = code.label();
        dims.open();
        if (loop.extent().constant() < count) {
            String beyond = Long.toString(loop.extent().constant());
            code.branchIf(code.into(RegisterClass.TRUTH, "setp.ge.s64", variable, beyond), end);
        }
        dims.bind(loop.variable(), variable);
        inThread = true;
        statement(loop.body());
        dims.close();
        code.place(end);
        if (outermost) {
            inThread = false;
            if (meet) {
                await();
            }
        }
    }

    private void guard(Stmt.Guard guard) {
        String otherwise = code.label();
        String end = code.label();
        // All of them before the first branch: what is computed behind it may not have been.
        List<String> numbers = guard.nonNegative().stream().map(dims::register).toList();
        for (String number : numbers) {
            code.branchIf(code.into(RegisterClass.TRUTH, "setp.lt.s64", number, "0"), otherwise);
        }
        dims.open();
        statement(guard.then());
        dims.close();
        code.line("bra", end);
        code.place(otherwise);
        dims.open();
        statement(guard.otherwise());
        dims.close();
        code.place(end);
    }

    private void reduce(Stmt.Reduce reduce) {
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
