package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.PipelinedLoop;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One launch of a kernel as one entry. */
final class LaunchCode {
    private static final int LANES = 32;

    /** What every device has for a block without being asked. */
    private static final long STATIC_SHARED_BYTES = 48 << 10;

    private static final int AMPERE = 80;

    private final Kernel kernel;
    private final ElementNames names;
    private final BlockMemory blockMemory;
    private final PtxCode code = new PtxCode();
    private final DimCode dims = new DimCode(code);
    private final MemoryCode memory = new MemoryCode(code, dims);
    private final ValueCode values = new ValueCode(code, dims, memory);
    private final long threads;
    private final MatrixCode matrices;
    private final WideCode wide;
    private final int architecture;
    private Set<Stmt> waits = Set.of();
    private Optional<Dim> thread = Optional.empty();
    private DimRanges ranges = DimRanges.NONE;
    private boolean inThread;
    private Optional<String> ahead = Optional.empty();
    private Runnable pending = () -> {};
    /** What is known to hold of the memory of parameters. */
    private Set<String> asked = Set.of();

    private boolean isDecided;

    private LaunchCode(Kernel kernel, Stmt launch, int architecture) {
        this.kernel = kernel;
        this.architecture = architecture;
        this.matrices = new MatrixCode(code, dims, memory);
        this.wide = new WideCode(code, memory, values, architecture);
        this.names = ElementNames.of(launch);
        this.threads = LaunchShape.threads(launch);
        this.blockMemory = new BlockMemory(names, ThreadOwned.of(launch, threads), threads, architecture);
    }

    /**
     * An entry.
     *
     * @param text the entry
     * @param sharedBytes shared memory that its launch asks for
     */
    record EntryText(String text, int sharedBytes) {}

    /** The entry called {@code name} that does {@code launch}, a launch of {@code kernel}. */
    static EntryText entry(Kernel kernel, Stmt launch, String name, String architecture) {
        LaunchCode entry = new LaunchCode(kernel, launch, PtxTargets.number(architecture));
        long shared = entry.blockMemory.sharedBytes(launch);
        boolean dynamic = shared > STATIC_SHARED_BYTES;
        if (shared > PtxTargets.sharedBytes(architecture)) {
            throw PtxRefusal.because("shared memory of " + shared + " bytes");
        }
        String memory = dynamic ? name + "_shared" : "";
        entry.memory.shareDynamically(memory);
        List<String> arguments = new ArrayList<>();
        for (Buffer parameter : kernel.parameters()) {
            String argument = name + "_p" + arguments.size();
            entry.memory.parameter(parameter, argument);
            arguments.add("    .param .u64 " + argument);
        }
        for (String symbol : kernel.symbols()) {
            OwnNames.requireOther(symbol);
            String argument = name + "_p" + arguments.size();
            entry.dims.bind(symbol, entry.code.into(RegisterClass.LONG, "ld.param.u64", "[" + argument + "]"));
            arguments.add("    .param .u64 " + argument);
        }
        if (Statements.any(launch, part -> part instanceof Stmt.For loop && loop.kind() == LoopKind.VECTOR)) {
            entry.wide.start(kernel.parameters());
        }
        boolean hasProducts = Statements.any(
                launch,
                part -> part instanceof Stmt.Section section
                        && section.by() instanceof Realisation.ByMatrixInstruction);
        if (hasProducts) {
            entry.matrices.start();
        }
        entry.blocks(launch);
        entry.code.line("ret");
        String declared = dynamic ? ".extern .shared .align 128 .b8 " + memory + "[];\n" : "";
        // Without that, the assembler leaves registers unused that what the next products take could be read into.
        String resident = hasProducts
                ? "\n.minnctapersm " + entry.blockMemory.residentBlocks(launch, PtxTargets.sharedBytes(architecture))
                : "";
        String text = declared + ".visible .entry " + name + "(\n" + String.join(",\n", arguments) + "\n)\n.maxntid "
                + entry.threads + ", 1, 1" + resident + "\n{\n" + entry.code.text() + "}\n";
        return new EntryText(text, dynamic ? Math.toIntExact(shared) : 0);
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
            for (Stmt.For loop : loops) {
                ranges = ranges.with(loop.variable(), loop.extent());
            }
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
            body = blockMemory.withoutOtherPipelines(body);
            blockMemory.common(body).forEach(buffer -> common.put(buffer.name(), buffer.name()));
            waits = Barriers.place(body, common);
        }
        statement(body);
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
            case Stmt.Block block -> block(block);
            case Stmt.For loop -> loop(loop);
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) -> store(buffer, indices, values.of(value));
            case Stmt.ReduceInto reduce -> reduce(reduce);
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                Long stride = blockMemory.apart().get(buffer.name());
                if (stride != null) {
                    memory.allocateApart(buffer, stride);
                } else {
                    memory.allocate(buffer, names.isNamed(buffer.name()), !inThread && blockMemory.isShared(buffer));
                }
                statement(body);
            }
            case Stmt.Guard guard -> guard(guard);
            case Stmt.Let(String name, Expr value, Stmt body) -> {
                String number = new CastCode(code).cast(values.of(value), value.dtype(), DType.I64);
                dims.bind(name, code.into(RegisterClass.LONG, "mov.b64", number));
                statement(body);
            }
            case Stmt.Section section -> section(section);
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
            case VECTOR -> vector(loop);
            case PARALLEL, BLOCK -> throw PtxRefusal.because("a loop of kind " + loop.kind());
        }
    }

    /** Statements in order; products that follow each other are done together. */
    private void block(Stmt.Block block) {
        List<MatrixTile> products = new ArrayList<>();
        for (Stmt statement : ProductRuns.flat(block)) {
            if (architecture >= AMPERE
                    && !waits.contains(statement)
                    && statement
                            instanceof Stmt.Section(var _, Realisation.ByMatrixInstruction(String by), Stmt body)) {
                products.add(MatrixTile.of(by, body, memory, ranges));
            } else {
                products(products);
                products.clear();
                statement(statement);
            }
        }
        products(products);
    }

    private void products(List<MatrixTile> tiles) {
        if (!tiles.isEmpty()) {
            matrices.products(tiles, this::runPending);
        }
    }

    private void runPending() {
        Runnable now = pending;
        pending = () -> {};
        now.run();
    }

    private void section(Stmt.Section section) {
        switch (section.by()) {
            case Realisation.OwnUnit() -> statement(section.body());
            case Realisation.ByMatrixInstruction(String instruction) -> {
                if (architecture < AMPERE) {
                    throw PtxRefusal.because("a matrix product by " + instruction + " for sm_" + architecture);
                }
                products(List.of(MatrixTile.of(instruction, section.body(), memory, ranges)));
            }
            case Realisation.CopyPipeline(int stages) ->
                blockMemory
                        .pipelined(section)
                        .ifPresentOrElse(loop -> pipeline(loop, stages), () -> statement(section.body()));
        }
    }

    private void pipeline(PipelinedLoop pipelined, int stages) {
        Map<Buffer, String> firsts = new LinkedHashMap<>();
        pipelined.buffers().forEach(buffer -> firsts.put(buffer, memory.allocateStages(buffer, stages)));
        whereAligned(pipelined.loop(), () -> pipeline(pipelined, stages, firsts));
    }

    /** Each iteration waits for its own copies, has those of the last but one stage after it begun, and does the rest. */
    private void pipeline(PipelinedLoop pipelined, int stages, Map<Buffer, String> firsts) {
        CopiesAhead copies = CopiesAhead.of(pipelined);
        String extent = dims.register(pipelined.loop().extent());
        DimRanges outside = ranges;
        inLoop(pipelined.loop());
        ranges = ranges.with(copies.variable(), pipelined.loop().extent());
        for (int stage = 0; stage < stages - 1; stage++) {
            String number = code.into(RegisterClass.LONG, "mov.b64", Integer.toString(stage));
            copyAhead(copies, firsts, number, number, extent);
        }
        String iteration = code.into(RegisterClass.LONG, "mov.b64", "0");
        String next = code.into(RegisterClass.LONG, "mov.b64", Integer.toString(stages - 1));
        String read = code.into(RegisterClass.LONG, "mov.b64", "0");
        String filled = code.into(RegisterClass.LONG, "mov.b64", Integer.toString(stages - 1));
        String head = code.label();
        String end = code.label();
        code.place(head);
        code.branchIf(code.into(RegisterClass.TRUTH, "setp.ge.s64", iteration, extent), end);
        code.line("cp.async.wait_group", Integer.toString(stages - 2));
        code.line("bar.sync", "0");
        memory.forget();
        open(true);
        dims.bind(pipelined.loop().variable(), iteration);
        firsts.forEach((buffer, first) -> memory.stage(buffer, buffer.name(), first, read));
        pending = () -> copyAhead(copies, firsts, next, filled, extent);
        if (!ProductRuns.isRun(pipelined.rest(), threads)) {
            runPending();
        }
        pipelined.rest().forEach(this::statement);
        close();
        code.line("add.s64", iteration, iteration, "1");
        code.line("add.s64", next, next, "1");
        next(read, stages);
        next(filled, stages);
        code.line("bra", head);
        code.place(end);
        ranges = outside;
        memory.ranges(ranges);
    }

    private void next(String stage, int stages) {
        String more = code.into(RegisterClass.LONG, "add.s64", stage, "1");
        String over = code.into(RegisterClass.TRUTH, "setp.ge.s64", more, Integer.toString(stages));
        code.line("selp.b64", stage, "0", more, over);
    }

    private void copyAhead(
            CopiesAhead copies, Map<Buffer, String> firsts, String iteration, String stage, String extent) {
        boolean inThreadOutside = inThread;
        Optional<Dim> threadOutside = thread;
        inThread = false;
        thread = Optional.empty();
        dims.bind(copies.variable(), iteration);
        firsts.forEach((buffer, first) -> memory.stage(buffer, CopiesAhead.name(buffer.name()), first, stage));
        String some = code.into(RegisterClass.TRUTH, "setp.lt.s64", iteration, extent);
        String none = code.label();
        boolean branches = !copies.statements().stream().allMatch(copy -> wide.isConditional(copy, asked));
        if (branches) {
            code.line("@!" + some + " bra", none);
        }
        open(false);
        ahead = Optional.of(some);
        copies.statements().forEach(this::statement);
        ahead = Optional.empty();
        close();
        if (branches) {
            code.place(none);
        }
        code.line("cp.async.commit_group");
        inThread = inThreadOutside;
        thread = threadOutside;
        memory.thread(thread.orElse(null));
    }

    private void inLoop(Stmt.For loop) {
        ranges = ranges.with(loop.variable(), loop.extent());
        memory.ranges(ranges);
    }

    /** Neighbouring elements by one access where that is known to be possible, else one by one. */
    private void vector(Stmt.For loop) {
        if (!inThread && threads > 1) {
            serial(loop);
            return;
        }
        Optional<WideStore> store = WideStore.of(loop, memory);
        if (store.isPresent() && asked.containsAll(wide.conditions(store.get()))) {
            wide.store(store.get(), ahead);
        } else {
            Replicas.of(loop).forEach(this::statement);
        }
    }

    /** Does {@code action}, which is {@code body}: twice, the first time with accesses that are wide, where memory of the parameters has to lie as these take it. */
    private void whereAligned(Stmt body, Runnable action) {
        Set<String> conditions = new LinkedHashSet<>();
        body.walk(part -> {
            if (part instanceof Stmt.For loop && loop.kind() == LoopKind.VECTOR) {
                WideStore.of(loop, memory).ifPresent(store -> conditions.addAll(wide.conditions(store)));
            }
        });
        if (isDecided || conditions.isEmpty()) {
            action.run();
            return;
        }
        String narrow = code.label();
        String end = code.label();
        conditions.forEach(condition -> code.line("@!" + condition + " bra", narrow));
        isDecided = true;
        asked = conditions;
        open(false);
        action.run();
        close();
        asked = Set.of();
        code.line("bra", end);
        code.place(narrow);
        open(false);
        action.run();
        close();
        isDecided = false;
        code.place(end);
    }

    private void serial(Stmt.For loop) {
        DimRanges outside = ranges;
        inLoop(loop);
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
        ranges = outside;
        memory.ranges(ranges);
    }

    /** An iteration for each number below {@code count}. */
    private void spread(Stmt.For loop, String number, long count) {
        Optional<Dim> outside = thread;
        boolean outermost = !inThread;
        DimRanges known = ranges;
        inLoop(loop);
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
        if (outermost) {
            whereAligned(loop.body(), () -> statement(loop.body()));
        } else {
            statement(loop.body());
        }
        close();
        code.place(end);
        inThread = !outermost;
        thread = outside;
        memory.thread(thread.orElse(null));
        ranges = known;
        memory.ranges(ranges);
    }

    private void guard(Stmt.Guard guard) {
        if (ahead.isPresent() && wide.isConditional(guard, asked)) {
            Optional<String> outside = ahead;
            for (Dim each : guard.nonNegative()) {
                String holds = code.into(RegisterClass.TRUTH, "setp.ge.s64", dims.register(each), "0");
                ahead = Optional.of(code.into(RegisterClass.TRUTH, "and.pred", ahead.get(), holds));
            }
            statement(guard.then());
            ahead = outside;
            return;
        }
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
