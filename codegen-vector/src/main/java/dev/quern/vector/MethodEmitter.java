package dev.quern.vector;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Writes the bytecode of a {@link MethodDraft}. */
final class MethodEmitter {
    private final MethodVisitor out;
    private final Placement placement;
    private final Deque<Integer> freeSingles = new ArrayDeque<>();
    private final Deque<Integer> freePairs = new ArrayDeque<>();
    private int slots;
    private int blocks;

    private MethodEmitter(MethodDraft draft, MethodVisitor out) {
        this.out = out;
        this.placement = new Placement(draft);
    }

    /** Writes the code, and says what it takes. */
    static MethodSize emit(MethodDraft draft, MethodVisitor out) {
        MethodEmitter emitter = new MethodEmitter(draft, out);
        out.visitCode();
        for (CodeNode parameter : draft.parameters) {
            parameter.slot = emitter.reserve(parameter.type);
        }
        draft.firstReference().ifPresent(emitter::returnIfNull);
        emitter.emit(draft.root());
        out.visitInsn(Opcodes.RETURN);
        Label end = new Label();
        out.visitLabel(end);
        out.visitMaxs(0, 0);
        out.visitEnd();
        return new MethodSize(end.getOffset(), emitter.blocks);
    }

    /** Where there is no buffer the call is a {@linkplain KernelRehearsal rehearsal}. */
    private void returnIfNull(CodeNode buffer) {
        Label begin = new Label();
        out.visitVarInsn(Opcodes.ALOAD, buffer.slot);
        out.visitJumpInsn(Opcodes.IFNONNULL, begin);
        out.visitInsn(Opcodes.RETURN);
        out.visitLabel(begin);
    }

    private void emit(CodeRegion region) {
        for (int position = 0; position < region.items.size(); position++) {
            switch (region.items.get(position)) {
                case CodeNode node -> emitItem(node);
                case Item.LoopItem loop -> emitLoop(loop);
                case Item.Branch branch -> emitBranch(branch);
                case Item.Open(List<Cell> cells) -> cells.forEach(this::open);
                case Item.Close(List<Cell> cells) -> cells.forEach(cell -> release(cell.slot, cell.type));
            }
            for (CodeNode node : placement.lastUsedAt(region, position)) {
                release(node.slot, node.type);
            }
        }
    }

    private void emitItem(CodeNode node) {
        if (node.isEffect()) {
            compute(node);
        } else if (placement.isLocal(node)) {
            compute(node);
            node.slot = reserve(node.type);
            out.visitVarInsn(storeOpcode(node.type), node.slot);
        }
    }

    private void emitLoop(Item.LoopItem loop) {
        push(loop.from());
        int slot = reserve(JvmType.INT);
        loop.variable().slot = slot;
        out.visitVarInsn(Opcodes.ISTORE, slot);
        blocks += 2;
        Label top = new Label();
        Label end = new Label();
        out.visitLabel(top);
        out.visitVarInsn(Opcodes.ILOAD, slot);
        push(loop.to());
        out.visitJumpInsn(Opcodes.IF_ICMPGE, end);
        emit(loop.body());
        out.visitIincInsn(slot, 1);
        out.visitJumpInsn(Opcodes.GOTO, top);
        out.visitLabel(end);
        release(slot, JvmType.INT);
    }

    private void emitBranch(Item.Branch branch) {
        Label otherwise = new Label();
        for (CodeNode condition : branch.conditions()) {
            push(condition);
            if (condition.type.equals(JvmType.LONG)) {
                out.visitInsn(Opcodes.LCONST_0);
                out.visitInsn(Opcodes.LCMP);
            }
            out.visitJumpInsn(Opcodes.IFLT, otherwise);
            blocks++;
        }
        emit(branch.then());
        if (branch.otherwise().items.isEmpty()) {
            out.visitLabel(otherwise);
            return;
        }
        Label end = new Label();
        out.visitJumpInsn(Opcodes.GOTO, end);
        out.visitLabel(otherwise);
        emit(branch.otherwise());
        out.visitLabel(end);
    }

    private void open(Cell cell) {
        cell.slot = reserve(cell.type);
        if (cell.readBeforeWritten) {
            switch (cell.type.kind()) {
                case INT -> out.visitInsn(Opcodes.ICONST_0);
                case LONG -> out.visitInsn(Opcodes.LCONST_0);
                case FLOAT -> out.visitInsn(Opcodes.FCONST_0);
                case DOUBLE -> out.visitInsn(Opcodes.DCONST_0);
                case VECTOR -> compute(VectorCalls.zero(cell.type));
                case MASK -> compute(VectorCalls.noLanes(cell.type));
                case REFERENCE, VOID -> throw new IllegalStateException("cell of type " + cell.type);
            }
            out.visitVarInsn(storeOpcode(cell.type), cell.slot);
        }
    }

    private void compute(List<Instruction> instructions) {
        instructions.forEach(this::write);
    }

    /** Leaves the value of {@code node} on the operand stack. */
    private void push(CodeNode node) {
        if (node.slot >= 0) {
            out.visitVarInsn(loadOpcode(node.type), node.slot);
        } else {
            compute(node);
        }
    }

    private void compute(CodeNode node) {
        node.arguments.forEach(this::push);
        write(node.instruction);
    }

    private void write(Instruction instruction) {
        blocks += FirstCompilerBlocks.of(instruction);
        switch (instruction) {
            case Instruction.Operation(int opcode) -> out.visitInsn(opcode);
            case Instruction.Push(Object value) -> pushConstant(value);
            case Instruction.StaticField(String owner, String field, String descriptor) ->
                out.visitFieldInsn(Opcodes.GETSTATIC, owner, field, descriptor);
            case Instruction.Invocation(int opcode, String owner, String method, String descriptor, String castTo) -> {
                out.visitMethodInsn(opcode, owner, method, descriptor, opcode == Opcodes.INVOKEINTERFACE);
                if (castTo != null) {
                    out.visitTypeInsn(Opcodes.CHECKCAST, castTo);
                }
            }
            case Instruction.NewArray(int elementType) -> out.visitIntInsn(Opcodes.NEWARRAY, elementType);
            case Instruction.KeptArray _ ->
                out.visitMethodInsn(Opcodes.INVOKESTATIC, MethodDraft.SCRATCH_POOL, "take", "(I)[F", false);
            case Instruction.CellValue(Cell cell) -> out.visitVarInsn(loadOpcode(cell.type), cell.slot);
            case Instruction.SetCell(Cell cell) -> out.visitVarInsn(storeOpcode(cell.type), cell.slot);
            case Instruction.Given(String given) -> throw new IllegalStateException(given + " has no local variable");
        }
    }

    private void pushConstant(Object value) {
        switch (value) {
            case Integer number -> pushInt(number);
            case Long number when number == 0L || number == 1L -> out.visitInsn(Opcodes.LCONST_0 + (int) (long) number);
            case Float number when Float.floatToRawIntBits(number) == 0 -> out.visitInsn(Opcodes.FCONST_0);
            case Double number when Double.doubleToRawLongBits(number) == 0 -> out.visitInsn(Opcodes.DCONST_0);
            default -> out.visitLdcInsn(value);
        }
    }

    private void pushInt(int number) {
        if (number >= -1 && number <= 5) {
            out.visitInsn(Opcodes.ICONST_0 + number);
        } else if (number == (byte) number) {
            out.visitIntInsn(Opcodes.BIPUSH, number);
        } else if (number == (short) number) {
            out.visitIntInsn(Opcodes.SIPUSH, number);
        } else {
            out.visitLdcInsn(number);
        }
    }

    private int reserve(JvmType type) {
        Deque<Integer> free = type.slots() == 1 ? freeSingles : freePairs;
        if (!free.isEmpty()) {
            return free.pop();
        }
        slots += type.slots();
        return slots - type.slots();
    }

    private void release(int slot, JvmType type) {
        (type.slots() == 1 ? freeSingles : freePairs).push(slot);
    }

    private static int loadOpcode(JvmType type) {
        return storeOpcode(type) - Opcodes.ISTORE + Opcodes.ILOAD;
    }

    private static int storeOpcode(JvmType type) {
        return switch (type.kind()) {
            case INT -> Opcodes.ISTORE;
            case LONG -> Opcodes.LSTORE;
            case FLOAT -> Opcodes.FSTORE;
            case DOUBLE -> Opcodes.DSTORE;
            case REFERENCE, VECTOR, MASK -> Opcodes.ASTORE;
            case VOID -> throw new IllegalStateException("a local variable of no type");
        };
    }
}
