package dev.quern.bundle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * The lambdas and method references of one class as one class, a member of its nest: it implements all their interfaces, holds what they capture in fields
 * that they share, and its methods choose by a number which of them it is.
 */
final class PlainLambdas {
    static final String SUFFIX = "$$Lambdas";

    private static final String NUMBER = "number";
    private static final String CONSTRUCTOR = "<init>";

    private final ClassNode owner;
    private final String name;
    private final List<Lambda> lambdas = new ArrayList<>();

    /**
     * A place where a lambda is made.
     *
     * @param erased the interface's method as it is called
     * @param method the same with the types of this lambda
     * @param body what is called
     */
    private record Lambda(
            int number, Type made, Type[] captured, String called, Type erased, Type method, Handle body) {}

    /** A field: of one type, and that of the {@code index}-th captured value of it. */
    private record CapturedField(Type type, int index) {
        String name() {
            return type.getDescriptor().substring(0, 1).toLowerCase(java.util.Locale.ROOT) + index;
        }
    }

    PlainLambdas(ClassNode owner) {
        this.owner = owner;
        this.name = owner.name + SUFFIX;
    }

    boolean isEmpty() {
        return lambdas.isEmpty();
    }

    /** The call that gives the lambda of {@code site}. */
    MethodInsnNode call(InvokeDynamicInsnNode site) {
        Lambda lambda = new Lambda(
                lambdas.size(),
                Type.getReturnType(site.desc),
                Type.getArgumentTypes(site.desc),
                site.name,
                (Type) site.bsmArgs[0],
                (Type) site.bsmArgs[2],
                (Handle) site.bsmArgs[1]);
        lambdas.add(lambda);
        return new MethodInsnNode(Opcodes.INVOKESTATIC, name, maker(lambda), site.desc, false);
    }

    private static String maker(Lambda lambda) {
        return "make" + lambda.number;
    }

    /** The class. */
    ClassNode made() {
        ClassNode made = new ClassNode();
        made.version = owner.version;
        made.access = Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC;
        made.name = name;
        made.superName = "java/lang/Object";
        made.nestHostClass = owner.nestHostClass == null ? owner.name : owner.nestHostClass;
        Set<String> interfaces = new LinkedHashSet<>();
        Map<String, List<Lambda>> methods = new LinkedHashMap<>();
        for (Lambda lambda : lambdas) {
            interfaces.add(lambda.made.getInternalName());
            methods.computeIfAbsent(lambda.called + lambda.erased.getDescriptor(), absent -> new ArrayList<>())
                    .add(lambda);
        }
        made.interfaces = new ArrayList<>(interfaces);
        List<CapturedField> fields = fields();
        made.fields.add(field(Opcodes.ACC_FINAL, NUMBER, "I"));
        fields.forEach(slot -> made.fields.add(
                field(Opcodes.ACC_FINAL, slot.name(), slot.type().getDescriptor())));
        MethodNode constructor = constructor(fields);
        made.methods.add(constructor);
        lambdas.forEach(lambda -> made.methods.add(maker(made, lambda, fields, constructor.desc)));
        methods.values().forEach(same -> made.methods.add(dispatch(same)));
        return made;
    }

    private static FieldNode field(int access, String name, String descriptor) {
        return new FieldNode(Opcodes.ACC_PRIVATE | access, name, descriptor, null, null);
    }

    /** The type of the field for a captured value. */
    private static Type kept(Type type) {
        if (PlainTypes.isReference(type)) {
            return Type.getType(PlainTypes.OBJECT);
        }
        return type.getSort() <= Type.INT ? Type.INT_TYPE : type;
    }

    /** The field of each captured value. */
    private static List<CapturedField> slots(Lambda lambda) {
        Map<Type, Integer> counts = new HashMap<>();
        List<CapturedField> slots = new ArrayList<>();
        for (Type type : lambda.captured) {
            slots.add(new CapturedField(kept(type), counts.merge(kept(type), 1, Integer::sum) - 1));
        }
        return slots;
    }

    private List<CapturedField> fields() {
        Map<String, CapturedField> all = new TreeMap<>();
        lambdas.forEach(lambda -> slots(lambda).forEach(slot -> all.put(slot.name(), slot)));
        return List.copyOf(all.values());
    }

    private MethodNode constructor(List<CapturedField> fields) {
        StringBuilder descriptor = new StringBuilder("(I");
        fields.forEach(slot -> descriptor.append(slot.type().getDescriptor()));
        MethodNode constructor = new MethodNode(
                Opcodes.ACC_PRIVATE, CONSTRUCTOR, descriptor.append(")V").toString(), null, null);
        InsnList code = constructor.instructions;
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, "java/lang/Object", CONSTRUCTOR, "()V", false));
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new VarInsnNode(Opcodes.ILOAD, 1));
        code.add(new FieldInsnNode(Opcodes.PUTFIELD, name, NUMBER, "I"));
        int local = 2;
        for (CapturedField slot : fields) {
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new VarInsnNode(slot.type().getOpcode(Opcodes.ILOAD), local));
            code.add(new FieldInsnNode(
                    Opcodes.PUTFIELD, name, slot.name(), slot.type().getDescriptor()));
            local += slot.type().getSize();
        }
        code.add(new InsnNode(Opcodes.RETURN));
        return constructor;
    }

    /** Gives the lambda: one that captures nothing always the same. */
    private MethodNode maker(ClassNode made, Lambda lambda, List<CapturedField> fields, String constructor) {
        MethodNode method = new MethodNode(
                Opcodes.ACC_STATIC, maker(lambda), Type.getMethodDescriptor(lambda.made, lambda.captured), null, null);
        InsnList code = method.instructions;
        String only = "only" + lambda.number;
        String self = "L" + name + ";";
        LabelNode there = new LabelNode();
        boolean isConstant = lambda.captured.length == 0;
        if (isConstant) {
            made.fields.add(field(Opcodes.ACC_STATIC, only, self));
            code.add(new FieldInsnNode(Opcodes.GETSTATIC, name, only, self));
            code.add(new JumpInsnNode(Opcodes.IFNONNULL, there));
        }
        code.add(new TypeInsnNode(Opcodes.NEW, name));
        code.add(new InsnNode(Opcodes.DUP));
        code.add(PlainTypes.push(lambda.number));
        Map<CapturedField, Integer> locals = new HashMap<>();
        int local = 0;
        List<CapturedField> slots = slots(lambda);
        for (int i = 0; i < slots.size(); i++) {
            locals.put(slots.get(i), local);
            local += lambda.captured[i].getSize();
        }
        for (CapturedField slot : fields) {
            code.add(
                    locals.containsKey(slot)
                            ? new VarInsnNode(slot.type().getOpcode(Opcodes.ILOAD), locals.get(slot))
                            : new InsnNode(zero(slot.type())));
        }
        code.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, name, CONSTRUCTOR, constructor, false));
        if (isConstant) {
            code.add(new FieldInsnNode(Opcodes.PUTSTATIC, name, only, self));
            code.add(there);
            code.add(PlainTypes.sameFrame());
            code.add(new FieldInsnNode(Opcodes.GETSTATIC, name, only, self));
        }
        code.add(new InsnNode(Opcodes.ARETURN));
        return method;
    }

    private static int zero(Type type) {
        return switch (type.getSort()) {
            case Type.LONG -> Opcodes.LCONST_0;
            case Type.FLOAT -> Opcodes.FCONST_0;
            case Type.DOUBLE -> Opcodes.DCONST_0;
            case Type.INT -> Opcodes.ICONST_0;
            default -> Opcodes.ACONST_NULL;
        };
    }

    /** The method of an interface that {@code same} have. */
    private MethodNode dispatch(List<Lambda> same) {
        Lambda first = same.getFirst();
        MethodNode method = new MethodNode(
                Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL, first.called, first.erased.getDescriptor(), null, null);
        InsnList code = method.instructions;
        int others = same.size() - 1;
        LabelNode[] labels = new LabelNode[same.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new LabelNode();
        }
        if (others > 0) {
            int[] numbers = same.stream().limit(others).mapToInt(Lambda::number).toArray();
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new FieldInsnNode(Opcodes.GETFIELD, name, NUMBER, "I"));
            code.add(new LookupSwitchInsnNode(labels[others], numbers, Arrays.copyOf(labels, others)));
        }
        for (int i = 0; i < labels.length; i++) {
            if (others > 0) {
                code.add(labels[i]);
                code.add(PlainTypes.sameFrame());
            }
            body(code, same.get(i));
        }
        return method;
    }

    private void body(InsnList code, Lambda lambda) {
        Handle body = lambda.body;
        boolean makes = body.getTag() == Opcodes.H_NEWINVOKESPECIAL;
        if (makes) {
            code.add(new TypeInsnNode(Opcodes.NEW, body.getOwner()));
            code.add(new InsnNode(Opcodes.DUP));
        }
        List<Type> wanted = new ArrayList<>();
        if (!makes && body.getTag() != Opcodes.H_INVOKESTATIC) {
            wanted.add(Type.getObjectType(body.getOwner()));
        }
        wanted.addAll(List.of(Type.getArgumentTypes(body.getDesc())));
        List<CapturedField> slots = slots(lambda);
        for (int i = 0; i < slots.size(); i++) {
            CapturedField slot = slots.get(i);
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new FieldInsnNode(
                    Opcodes.GETFIELD, name, slot.name(), slot.type().getDescriptor()));
            if (PlainTypes.isReference(lambda.captured[i])) {
                PlainTypes.cast(code, lambda.captured[i]);
            }
            PlainTypes.convert(code, lambda.captured[i], wanted.get(i));
        }
        Type[] given = lambda.erased.getArgumentTypes();
        Type[] typed = lambda.method.getArgumentTypes();
        int local = 1;
        for (int i = 0; i < given.length; i++) {
            code.add(new VarInsnNode(given[i].getOpcode(Opcodes.ILOAD), local));
            local += given[i].getSize();
            PlainTypes.convert(code, given[i], typed[i]);
            PlainTypes.convert(code, typed[i], wanted.get(slots.size() + i));
        }
        code.add(new MethodInsnNode(opcode(body), body.getOwner(), body.getName(), body.getDesc(), body.isInterface()));
        Type result = makes ? Type.getObjectType(body.getOwner()) : Type.getReturnType(body.getDesc());
        handBack(code, result, lambda);
    }

    /** A private method of the nest is called like any other. */
    private static int opcode(Handle body) {
        return switch (body.getTag()) {
            case Opcodes.H_INVOKESTATIC -> Opcodes.INVOKESTATIC;
            case Opcodes.H_NEWINVOKESPECIAL -> Opcodes.INVOKESPECIAL;
            case Opcodes.H_INVOKEINTERFACE -> Opcodes.INVOKEINTERFACE;
            case Opcodes.H_INVOKEVIRTUAL, Opcodes.H_INVOKESPECIAL ->
                body.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
            default -> throw new IllegalArgumentException("a lambda that is " + body);
        };
    }

    private static void handBack(InsnList code, Type result, Lambda lambda) {
        Type wanted = lambda.erased.getReturnType();
        Type typed = lambda.method.getReturnType();
        if (wanted.getSort() == Type.VOID) {
            if (result.getSize() > 0) {
                code.add(new InsnNode(result.getSize() == 1 ? Opcodes.POP : Opcodes.POP2));
            }
        } else if (PlainTypes.isReference(result) && PlainTypes.isReference(wanted)) {
            // Verifiers take any reference for an interface; others are what the compiler has checked.
            if (!result.equals(wanted)) {
                PlainTypes.cast(code, wanted);
            }
        } else {
            PlainTypes.convert(code, result, typed);
            PlainTypes.convert(code, typed, wanted);
        }
        code.add(new InsnNode(wanted.getOpcode(Opcodes.IRETURN)));
    }
}
