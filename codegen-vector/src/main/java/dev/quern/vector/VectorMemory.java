package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.objectweb.asm.Opcodes;

/** Loads and stores of one vector of a vector loop. */
final class VectorMemory {
    private final MethodDraft draft;
    private final BufferCode memory;
    private final Addresses addresses;
    private final LaneContext lanes;
    private final ClassConstants constants;
    private final VectorCode code;

    VectorMemory(
            MethodDraft draft, BufferCode memory, Addresses addresses, LaneContext lanes, ClassConstants constants) {
        this.draft = draft;
        this.memory = memory;
        this.addresses = addresses;
        this.lanes = lanes;
        this.constants = constants;
        this.code = new VectorCode(draft);
    }

    /** The vector in memory. */
    private JvmType type(Buffer buffer) {
        return JvmType.vector(
                switch (buffer.dtype()) {
                    case U8 -> DType.I8;
                    case U16 -> DType.I16;
                    default -> buffer.dtype();
                },
                lanes.part().lanes());
    }

    /** The vector in registers. */
    private static JvmType wide(JvmType type) {
        return JvmType.vector(JvmType.laneOf(type.lane()), type.lanes());
    }

    CodeNode load(String buffer, List<Dim> at) {
        return switch (memory.place(buffer)) {
            case BufferPlace.InCells place -> draft.get(cell(place, at));
            case BufferPlace.InArray place -> fromArray(place, at);
            case BufferPlace.InSegment place -> fromSegment(place, at);
        };
    }

    /** Writes the active lanes; does nothing if there are none. */
    void store(String buffer, List<Dim> at, CodeNode value) {
        switch (memory.place(buffer)) {
            case BufferPlace.InCells place -> toCell(place, at, value);
            case BufferPlace.InArray place -> toArray(place, at, value);
            case BufferPlace.InSegment place -> toSegment(place, at, value);
        }
    }

    private Cell cell(BufferPlace.InCells place, List<Dim> at) {
        long address = memory.cellAddress(place, at);
        VectorParts.VectorPart part = lanes.part();
        if (!lanes.check.isPrivate(place.buffer.name())) {
            return BufferCode.vectorCell(place, address, part.lanes());
        }
        long key = address * lanes.lanes.parts().size() + lanes.lanes.parts().indexOf(part);
        if (place.buffer.dtype() != DType.BOOL) {
            return BufferCode.vectorCell(place, key, part.lanes());
        }
        DType lane = lanes.lanes.bits() == 64 ? DType.I64 : DType.I32;
        return place.cell(key, () -> JvmType.mask(lane, part.lanes()));
    }

    private void toCell(BufferPlace.InCells place, List<Dim> at, CodeNode value) {
        Cell cell = cell(place, at);
        JvmType vector = JvmType.vector(cell.type.lane(), cell.type.lanes());
        CodeNode same = cell.type.isVector() ? value : code.maskFor(value, vector);
        switch (lanes.active(vector, place.conditions)) {
            case LaneContext.Active.All all -> draft.set(cell, same);
            case LaneContext.Active.None none -> {}
            case LaneContext.Active.Some(CodeNode mask) -> {
                CodeNode old = draft.get(cell);
                draft.set(cell, cell.type.isVector() ? code.blend(mask, same, old) : chooseMask(mask, same, old));
            }
        }
    }

    private CodeNode chooseMask(CodeNode condition, CodeNode then, CodeNode otherwise) {
        CodeNode taken = code.combine("and", then, condition);
        return code.combine("or", taken, code.combine("and", otherwise, code.not(condition)));
    }

    private CodeNode fromArray(BufferPlace.InArray place, List<Dim> at) {
        JvmType type = type(place.buffer);
        int slope = (int) addresses
                .of(place.buffer, at)
                .coefficient(lanes.variable)
                .orElseThrow()
                .constant();
        List<CodeNode> arguments =
                new ArrayList<>(List.of(code.species(type), place.array, memory.arrayIndex(place, at)));
        String parameters = VectorCalls.SPECIES + place.array.type.descriptor() + "I";
        if (slope != 1) {
            arguments.add(constants.map(draft, slope, type.lanes()));
            arguments.add(draft.push(0));
            parameters += "[II";
        }
        return load(place, type, parameters, arguments);
    }

    private CodeNode fromSegment(BufferPlace.InSegment place, List<Dim> at) {
        JvmType type = type(place.buffer);
        List<CodeNode> arguments = new ArrayList<>(
                List.of(code.species(type), place.segment, memory.byteOffset(place, at), littleEndian()));
        String parameters = VectorCalls.SPECIES + JvmType.SEGMENT.descriptor() + "J" + VectorCalls.ORDER;
        return load(place, type, parameters, arguments);
    }

    private CodeNode load(BufferPlace place, JvmType type, String parameters, List<CodeNode> arguments) {
        String mask = addMask(type, arguments);
        if (mask == null) {
            return code.number(wide(type), 0);
        }
        String method = place instanceof BufferPlace.InSegment ? "fromMemorySegment" : "fromArray";
        Instruction call = VectorCalls.onClass(type, method, "(" + parameters + mask + ")" + type.descriptor());
        CodeNode loaded = draft.read(call, type, place, arguments.toArray(CodeNode[]::new));
        return JvmType.isNarrow(type.lane()) ? code.widened(loaded, place.buffer.dtype()) : loaded;
    }

    /** Adds the mask of active lanes where not all are; gives its descriptor, empty without mask, null if no lane is active. */
    private String addMask(JvmType type, List<CodeNode> arguments) {
        return switch (lanes.active(type)) {
            case LaneContext.Active.All all -> "";
            case LaneContext.Active.None none -> null;
            case LaneContext.Active.Some(CodeNode mask) -> {
                arguments.add(mask);
                yield VectorCalls.ANY_MASK;
            }
        };
    }

    private CodeNode littleEndian() {
        return draft.staticField("java/nio/ByteOrder", "LITTLE_ENDIAN", VectorCalls.ORDER);
    }

    private void toArray(BufferPlace.InArray place, List<Dim> at, CodeNode value) {
        CodeNode stored = stored(place, value);
        List<CodeNode> arguments = new ArrayList<>(Arrays.asList(stored, place.array, memory.arrayIndex(place, at)));
        store(place, stored.type, "intoArray", place.array.type.descriptor() + "I", arguments);
    }

    private void toSegment(BufferPlace.InSegment place, List<Dim> at, CodeNode value) {
        CodeNode stored = stored(place, value);
        List<CodeNode> arguments =
                new ArrayList<>(List.of(stored, place.segment, memory.byteOffset(place, at), littleEndian()));
        String parameters = JvmType.SEGMENT.descriptor() + "J" + VectorCalls.ORDER;
        store(place, stored.type, "intoMemorySegment", parameters, arguments);
    }

    private CodeNode stored(BufferPlace place, CodeNode value) {
        JvmType type = type(place.buffer);
        return JvmType.isNarrow(type.lane()) ? code.narrowed(value, type.lane()) : value;
    }

    private void store(BufferPlace place, JvmType type, String method, String parameters, List<CodeNode> arguments) {
        String mask = addMask(type, arguments);
        if (mask != null) {
            Instruction call = new Instruction.Invocation(
                    Opcodes.INVOKEVIRTUAL,
                    JvmType.vectorClass(type.lane()),
                    method,
                    "(" + parameters + mask + ")V",
                    null);
            draft.effect(call, place.all(), arguments.toArray(CodeNode[]::new));
        }
    }
}
