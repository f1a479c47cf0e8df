package dev.quern.vector;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.vector.MethodSize.SizeLimit;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Builds the class of one kernel: {@code run} unpacks its arguments, {@code kernel} is the body, sections are methods. */
final class ClassBuilder {
    private static final String BODY = "kernel";
    private static final String SUPER = "dev/quern/vector/GeneratedKernel";

    private final Kernel kernel;
    private final Plan plan;
    private final SizeLimit limit;
    private final String className;
    private final ClassConstants constants;
    private final List<MethodDraft> methods = new ArrayList<>();
    private int sections;

    private ClassBuilder(Kernel kernel, Plan plan, SizeLimit limit) {
        this.limit = limit;
        this.kernel = kernel;
        this.plan = plan;
        this.className = "dev/quern/vector/Kernel_" + plain(kernel.name());
        this.constants = new ClassConstants(className);
    }

    /**
     * The class file of {@code kernel}.
     *
     * @throws Refusal if the kernel cannot be lowered
     * @throws TooLarge if a method is too large for the JIT compiler
     */
    static byte[] build(Kernel kernel, Plan plan, SizeLimit limit) {
        return new ClassBuilder(kernel, plan, limit).build();
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    List<String> symbols() {
        return kernel.symbols();
    }

    ClassConstants constants() {
        return constants;
    }

    private byte[] build() {
        MethodDraft body = new MethodDraft(BODY);
        MethodBuilder builder = new MethodBuilder(this, plan, body);
        for (Buffer parameter : kernel.parameters()) {
            builder.declareBuffer(parameter, parameter.storage() == Buffer.Storage.SEGMENT, true);
        }
        kernel.symbols().forEach(symbol -> builder.declareIndex(symbol, JvmType.INT));
        Stmt.For parallel = parallelLoop(kernel);
        if (parallel == null) {
            builder.whole(kernel.body());
        } else {
            builder.parallel(parallel);
        }
        methods.add(body);
        ClassWriter out = new Writer();
        out.visit(Opcodes.V25, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, className, null, SUPER, null);
        for (MethodDraft draft : methods) {
            MethodVisitor method = out.visitMethod(Opcodes.ACC_STATIC, draft.name, draft.descriptor(), null, null);
            if (MethodEmitter.emit(draft, method).exceeds(limit)) {
                throw new TooLarge(draft.name);
            }
        }
        new DriverEmitter(kernel, className, out).write(body, parallel, methods);
        constants.write(out);
        out.visitEnd();
        return out.toByteArray();
    }

    /** The parallel loop that is the whole body, or null. */
    static Stmt.For parallelLoop(Kernel kernel) {
        Stmt body = kernel.body();
        while (body instanceof Stmt.Block(List<Stmt> statements) && statements.size() == 1) {
            body = statements.getFirst();
        }
        return body instanceof Stmt.For loop && loop.kind() == LoopKind.PARALLEL ? loop : null;
    }

    /** Builds a method of {@code body}, and a call of it in {@code caller}. */
    void section(String name, Stmt body, NamesUsed uses, IndexScope scope, BufferCode memory, MethodDraft caller) {
        MethodDraft draft = new MethodDraft(plain(name) + "_" + sections++);
        MethodBuilder builder = new MethodBuilder(this, plan, draft);
        List<CodeNode> arguments = new ArrayList<>();
        for (String buffer : uses.buffersFromOutside()) {
            switch (memory.place(buffer)) {
                case BufferPlace.InArray place -> {
                    arguments.add(place.array);
                    if (place.offset != null) {
                        arguments.add(place.offset);
                    }
                    builder.declareBuffer(place.buffer, false, place.offset != null);
                }
                case BufferPlace.InSegment place -> {
                    arguments.add(place.segment);
                    arguments.add(place.offset);
                    builder.declareBuffer(place.buffer, true, true);
                }
                case BufferPlace.InCells place ->
                    throw Refusal.because("register buffer " + buffer + " is used in section " + name
                            + " but allocated outside; allocate it inside");
            }
        }
        for (String index : uses.namesFromOutside(kernel.symbols())) {
            switch (scope.get(index)) {
                case IndexScope.Binding.KnownNumber(long value) -> builder.declareConstant(index, value);
                case IndexScope.Binding.Variable(CodeNode node) -> {
                    arguments.add(node);
                    builder.declareIndex(index, node.type);
                }
            }
        }
        builder.build(body);
        methods.add(draft);
        Instruction call =
                new Instruction.Invocation(Opcodes.INVOKESTATIC, className, draft.name, draft.descriptor(), null);
        caller.effect(call, memory.written(uses.written), arguments.toArray(CodeNode[]::new));
    }

    /** A writer that needs no class loading: references of different classes meet only where both are dead. */
    private static final class Writer extends ClassWriter {
        Writer() {
            super(COMPUTE_FRAMES);
        }

        @Override
        protected String getCommonSuperClass(String left, String right) {
            return left.equals(right) ? left : "java/lang/Object";
        }
    }
}
