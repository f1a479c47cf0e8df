package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.Opcodes;

/** The buffers in reach of the code being built, and scalar loads and stores of them. */
final class BufferCode {
    private static final String SEGMENT = "java/lang/foreign/MemorySegment";

    private final MethodDraft draft;
    private final IndexExpressions indices;
    private final ScalarCasts casts;
    private final Map<String, BufferPlace> places = new HashMap<>();
    private final Addresses addresses;

    BufferCode(MethodDraft draft, IndexExpressions indices, Addresses addresses) {
        this.draft = draft;
        this.indices = indices;
        this.addresses = addresses;
        this.casts = new ScalarCasts(draft);
    }

    BufferPlace place(String buffer) {
        BufferPlace place = places.get(buffer);
        if (place == null) {
            throw Refusal.because(
                    "buffer " + buffer + " is not in reach; register buffers do not cross a section's boundary");
        }
        return place;
    }

    /** Runs {@code body} where {@code place} is in reach. */
    void with(BufferPlace place, Runnable body) {
        BufferPlace hidden = places.put(place.buffer.name(), place);
        body.run();
        if (hidden == null) {
            places.remove(place.buffer.name());
        } else {
            places.put(place.buffer.name(), hidden);
        }
    }

    void add(BufferPlace place) {
        places.put(place.buffer.name(), place);
    }

    /** All that writes to the named buffers may change. */
    List<Versioned> written(Collection<String> names) {
        List<Versioned> all = new ArrayList<>();
        for (String name : names) {
            if (places.containsKey(name)) {
                all.addAll(places.get(name).all());
            }
        }
        return all;
    }

    /** Position of an element in its array. */
    CodeNode arrayIndex(BufferPlace.InArray place, List<Dim> at) {
        CodePolynomial address = indices.polynomial(addresses.of(place.buffer, at), JvmType.INT);
        Optional<Layout.Swizzle> swizzle = place.buffer.layout().swizzle();
        if (swizzle.isPresent()) {
            address = CodePolynomial.of(swizzled(address.toNode(draft, JvmType.INT), swizzle.get()));
        }
        return (place.offset == null ? address : address.plus(CodePolynomial.of(place.offset)))
                .toNode(draft, JvmType.INT);
    }

    /** Position of an element in its segment, in bytes. */
    CodeNode byteOffset(BufferPlace.InSegment place, List<Dim> at) {
        CodePolynomial address = indices.polynomial(addresses.of(place.buffer, at), JvmType.LONG);
        Optional<Layout.Swizzle> swizzle = place.buffer.layout().swizzle();
        if (swizzle.isPresent()) {
            CodeNode low = indices.convert(address.toNode(draft, JvmType.LONG), JvmType.INT);
            address = CodePolynomial.of(indices.convert(swizzled(low, swizzle.get()), JvmType.LONG));
        }
        long bytes = place.buffer.dtype().bits() / 8;
        return address.plus(CodePolynomial.of(place.offset)).times(bytes).toNode(draft, JvmType.LONG);
    }

    private CodeNode swizzled(CodeNode address, Layout.Swizzle swizzle) {
        CodeNode high = pure(Opcodes.ISHR, address, draft.push(swizzle.base() + swizzle.shift()));
        CodeNode picked = pure(Opcodes.IAND, high, draft.push((1 << swizzle.bits()) - 1));
        return pure(Opcodes.IXOR, address, pure(Opcodes.ISHL, picked, draft.push(swizzle.base())));
    }

    private CodeNode pure(int opcode, CodeNode left, CodeNode right) {
        return draft.hoisted(new Instruction.Operation(opcode), JvmType.INT, left, right);
    }

    CodeNode load(String buffer, List<Dim> at) {
        return switch (place(buffer)) {
            case BufferPlace.InArray place -> fromArray(place, arrayIndex(place, at));
            case BufferPlace.InSegment place -> fromSegment(place, byteOffset(place, at));
            case BufferPlace.InCells place -> fromCell(place, cellAddress(place, at));
        };
    }

    void store(String buffer, List<Dim> at, CodeNode value) {
        switch (place(buffer)) {
            case BufferPlace.InArray place -> toArray(place, arrayIndex(place, at), value);
            case BufferPlace.InSegment place -> toSegment(place, byteOffset(place, at), value);
            case BufferPlace.InCells place -> toCell(place, cellAddress(place, at), value);
        }
    }

    /** The address of an element of a register buffer, which is a constant here. */
    long cellAddress(BufferPlace.InCells place, List<Dim> at) {
        CodePolynomial address = indices.polynomial(addresses.of(place.buffer, at), JvmType.INT);
        if (!address.isConstant()) {
            throw new IllegalStateException("register buffer " + place.buffer.name() + " is indexed by " + at);
        }
        return address.constant();
    }

    private CodeNode fromCell(BufferPlace.InCells place, long address) {
        if (place.grain == null) {
            return draft.get(scalarCell(place, address));
        }
        int within = (int) Math.floorMod(address, (long) place.grain.extent());
        VectorParts.VectorPart part = place.grain.partOf(within);
        CodeNode vector = draft.get(vectorCell(place, address - within + part.start(), part.lanes()));
        return new VectorCode(draft).lane(vector, within - part.start());
    }

    private void toCell(BufferPlace.InCells place, long address, CodeNode value) {
        if (place.grain == null) {
            draft.set(scalarCell(place, address), value);
            return;
        }
        int within = (int) Math.floorMod(address, (long) place.grain.extent());
        VectorParts.VectorPart part = place.grain.partOf(within);
        Cell cell = vectorCell(place, address - within + part.start(), part.lanes());
        draft.set(cell, new VectorCode(draft).withLane(draft.get(cell), within - part.start(), value));
    }

    private static Cell scalarCell(BufferPlace.InCells place, long address) {
        return place.cell(address, () -> JvmType.of(place.buffer.dtype()));
    }

    /** The cell of the vector that starts at {@code address}. */
    static Cell vectorCell(BufferPlace.InCells place, long address, int lanes) {
        return place.cell(address, () -> JvmType.vector(JvmType.laneOf(place.buffer.dtype()), lanes));
    }

    private CodeNode fromArray(BufferPlace.InArray place, CodeNode index) {
        DType dtype = place.buffer.dtype();
        JvmType raw = dtype == DType.F16 || dtype == DType.BF16 ? JvmType.INT : JvmType.of(dtype);
        int opcode = switch (JvmType.array(dtype).descriptor().charAt(1)) {
            case 'D' -> Opcodes.DALOAD;
            case 'F' -> Opcodes.FALOAD;
            case 'S' -> Opcodes.SALOAD;
            case 'J' -> Opcodes.LALOAD;
            case 'I' -> Opcodes.IALOAD;
            default -> Opcodes.BALOAD;
        };
        return decoded(draft.read(new Instruction.Operation(opcode), raw, place, place.array, index), dtype);
    }

    private CodeNode decoded(CodeNode raw, DType dtype) {
        return switch (dtype) {
            case U8, U16 -> casts.wrapped(raw, dtype);
            case F16, BF16 -> casts.bitcast(raw, DType.I16, dtype);
            default -> raw;
        };
    }

    private CodeNode encoded(CodeNode value, DType dtype) {
        return dtype == DType.F16 || dtype == DType.BF16 ? casts.bitcast(value, dtype, DType.I16) : value;
    }

    private void toArray(BufferPlace.InArray place, CodeNode index, CodeNode value) {
        DType dtype = place.buffer.dtype();
        int opcode = switch (JvmType.array(dtype).descriptor().charAt(1)) {
            case 'D' -> Opcodes.DASTORE;
            case 'F' -> Opcodes.FASTORE;
            case 'S' -> Opcodes.SASTORE;
            case 'J' -> Opcodes.LASTORE;
            case 'I' -> Opcodes.IASTORE;
            default -> Opcodes.BASTORE;
        };
        draft.effect(new Instruction.Operation(opcode), place.all(), place.array, index, encoded(value, dtype));
    }

    /** How a segment is asked for one element: the layout's constant, its type, and the element's descriptor. */
    private record SegmentElement(String constant, String layout, String descriptor) {
        static SegmentElement of(DType dtype) {
            return switch (JvmType.array(dtype).descriptor().charAt(1)) {
                case 'D' -> new SegmentElement("DOUBLE", "OfDouble", "D");
                case 'F' -> new SegmentElement("FLOAT", "OfFloat", "F");
                case 'S' -> new SegmentElement("SHORT", "OfShort", "S");
                case 'J' -> new SegmentElement("LONG", "OfLong", "J");
                case 'I' -> new SegmentElement("INT", "OfInt", "I");
                default -> new SegmentElement("BYTE", "OfByte", "B");
            };
        }

        String layoutDescriptor() {
            return "Ljava/lang/foreign/ValueLayout$" + layout + ";";
        }
    }

    private CodeNode fromSegment(BufferPlace.InSegment place, CodeNode offset) {
        DType dtype = place.buffer.dtype();
        SegmentElement element = SegmentElement.of(dtype);
        JvmType raw = dtype == DType.F16 || dtype == DType.BF16 ? JvmType.INT : JvmType.of(dtype);
        CodeNode layout = draft.staticField(SegmentLayouts.NAME, element.constant(), element.layoutDescriptor());
        String descriptor = "(" + element.layoutDescriptor() + "J)" + element.descriptor();
        Instruction get = new Instruction.Invocation(Opcodes.INVOKEINTERFACE, SEGMENT, "get", descriptor, null);
        return decoded(draft.read(get, raw, place, place.segment, layout, offset), dtype);
    }

    private void toSegment(BufferPlace.InSegment place, CodeNode offset, CodeNode value) {
        DType dtype = place.buffer.dtype();
        SegmentElement element = SegmentElement.of(dtype);
        CodeNode layout = draft.staticField(SegmentLayouts.NAME, element.constant(), element.layoutDescriptor());
        String descriptor = "(" + element.layoutDescriptor() + "J" + element.descriptor() + ")V";
        Instruction set = new Instruction.Invocation(Opcodes.INVOKEINTERFACE, SEGMENT, "set", descriptor, null);
        draft.effect(set, place.all(), place.segment, layout, offset, encoded(value, dtype));
    }
}
