package dev.quern.bundle;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InnerClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Methods of one class in the place of bootstrap methods: {@link java.lang.runtime.SwitchBootstraps}, {@link java.lang.runtime.ObjectMethods}. */
final class PlainMethods {
    private static final String BUILDER = "java/lang/StringBuilder";
    private static final String OBJECTS = "java/util/Objects";

    private final ClassNode owner;
    private int made;

    PlainMethods(ClassNode owner) {
        this.owner = owner;
    }

    private MethodNode method(String prefix, String descriptor) {
        MethodNode method = new MethodNode(
                Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
                prefix + "$" + made++,
                descriptor,
                null,
                null);
        owner.methods.add(method);
        return method;
    }

    private MethodInsnNode call(MethodNode method) {
        boolean isInterface = (owner.access & Opcodes.ACC_INTERFACE) != 0;
        return new MethodInsnNode(Opcodes.INVOKESTATIC, owner.name, method.name, method.desc, isInterface);
    }

    /** The first of the types, from an index on, that an object is of; their number if it is of none, -1 for null. Null where labels are not types alone. */
    MethodInsnNode typeSwitch(InvokeDynamicInsnNode site) {
        Type selector = Type.getArgumentTypes(site.desc)[0];
        if (!PlainTypes.isReference(selector)) {
            return isAlwaysOf(selector, site) ? call(next(selector, site.desc)) : null;
        }
        for (Object label : site.bsmArgs) {
            if (!(label instanceof Type)) {
                return null;
            }
        }
        MethodNode method = method("typeSwitch", site.desc);
        InsnList code = method.instructions;
        int count = site.bsmArgs.length;
        LabelNode[] cases = new LabelNode[count + 1];
        for (int i = 0; i <= count; i++) {
            cases[i] = new LabelNode();
        }
        LabelNode present = new LabelNode();
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new JumpInsnNode(Opcodes.IFNONNULL, present));
        code.add(PlainTypes.push(-1));
        code.add(new InsnNode(Opcodes.IRETURN));
        begin(code, present);
        // A switch with nothing but null and the rest has no labels.
        if (count > 0) {
            code.add(new VarInsnNode(Opcodes.ILOAD, 1));
            code.add(new TableSwitchInsnNode(
                    0, count - 1, cases[count], List.of(cases).subList(0, count).toArray(LabelNode[]::new)));
        }
        for (int i = 0; i < count; i++) {
            begin(code, cases[i]);
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new TypeInsnNode(Opcodes.INSTANCEOF, ((Type) site.bsmArgs[i]).getInternalName()));
            code.add(new JumpInsnNode(Opcodes.IFEQ, cases[i + 1]));
            code.add(PlainTypes.push(i));
            code.add(new InsnNode(Opcodes.IRETURN));
        }
        if (count > 0) {
            begin(code, cases[count]);
        }
        code.add(PlainTypes.push(count));
        code.add(new InsnNode(Opcodes.IRETURN));
        return call(method);
    }

    /** Whether each label is the primitive type that the component of a record has anyway. */
    private static boolean isAlwaysOf(Type selector, InvokeDynamicInsnNode site) {
        for (Object label : site.bsmArgs) {
            if (!(label instanceof ConstantDynamic constant)
                    || !constant.getBootstrapMethod().getName().equals("primitiveClass")
                    || !constant.getName().equals(selector.getDescriptor())) {
                return false;
            }
        }
        return true;
    }

    /** Gives the index from which on labels are looked at. */
    private MethodNode next(Type selector, String descriptor) {
        MethodNode method = method("typeSwitch", descriptor);
        method.instructions.add(new VarInsnNode(Opcodes.ILOAD, selector.getSize()));
        method.instructions.add(new InsnNode(Opcodes.IRETURN));
        return method;
    }

    private static void begin(InsnList code, LabelNode label) {
        code.add(label);
        code.add(PlainTypes.sameFrame());
    }

    /** The method of a record that {@code site} names, with the results that the JVM's own has. */
    MethodInsnNode ofRecord(InvokeDynamicInsnNode site) {
        List<Handle> components = new ArrayList<>();
        for (Object argument : List.of(site.bsmArgs).subList(2, site.bsmArgs.length)) {
            components.add((Handle) argument);
        }
        MethodNode method = method(site.name, site.desc);
        InsnList code = method.instructions;
        switch (site.name) {
            case "hashCode" -> hash(code, components);
            case "equals" -> equal(code, components);
            case "toString" -> text(code, components, ((String) site.bsmArgs[1]).split(";"));
            default -> throw new IllegalArgumentException("records have no " + site.name);
        }
        return call(method);
    }

    private static Type type(Handle component) {
        return Type.getType(component.getDesc());
    }

    private static void get(InsnList code, Handle component) {
        code.add(new FieldInsnNode(Opcodes.GETFIELD, component.getOwner(), component.getName(), component.getDesc()));
    }

    private static void hash(InsnList code, List<Handle> components) {
        code.add(PlainTypes.push(0));
        for (Handle component : components) {
            code.add(PlainTypes.push(31));
            code.add(new InsnNode(Opcodes.IMUL));
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            get(code, component);
            boolean isReference = PlainTypes.isReference(type(component));
            String of = isReference ? OBJECTS : PlainTypes.box(type(component));
            String from = isReference ? PlainTypes.OBJECT : component.getDesc();
            code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, of, "hashCode", "(" + from + ")I", false));
            code.add(new InsnNode(Opcodes.IADD));
        }
        code.add(new InsnNode(Opcodes.IRETURN));
    }

    private void equal(InsnList code, List<Handle> components) {
        LabelNode other = new LabelNode();
        LabelNode different = new LabelNode();
        code.add(new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new VarInsnNode(Opcodes.ALOAD, 1));
        code.add(new JumpInsnNode(Opcodes.IF_ACMPNE, other));
        code.add(PlainTypes.push(1));
        code.add(new InsnNode(Opcodes.IRETURN));
        begin(code, other);
        code.add(new VarInsnNode(Opcodes.ALOAD, 1));
        code.add(new TypeInsnNode(Opcodes.INSTANCEOF, owner.name));
        code.add(new JumpInsnNode(Opcodes.IFEQ, different));
        for (Handle component : components) {
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            get(code, component);
            code.add(new VarInsnNode(Opcodes.ALOAD, 1));
            code.add(new TypeInsnNode(Opcodes.CHECKCAST, owner.name));
            get(code, component);
            compare(code, type(component), different);
        }
        code.add(PlainTypes.push(1));
        code.add(new InsnNode(Opcodes.IRETURN));
        begin(code, different);
        code.add(PlainTypes.push(0));
        code.add(new InsnNode(Opcodes.IRETURN));
    }

    private static void compare(InsnList code, Type type, LabelNode different) {
        switch (type.getSort()) {
            case Type.OBJECT, Type.ARRAY -> {
                String descriptor = "(" + PlainTypes.OBJECT + PlainTypes.OBJECT + ")Z";
                code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, OBJECTS, "equals", descriptor, false));
                code.add(new JumpInsnNode(Opcodes.IFEQ, different));
            }
            case Type.LONG -> {
                code.add(new InsnNode(Opcodes.LCMP));
                code.add(new JumpInsnNode(Opcodes.IFNE, different));
            }
            case Type.FLOAT, Type.DOUBLE -> {
                String descriptor = "(" + type.getDescriptor() + type.getDescriptor() + ")I";
                code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, PlainTypes.box(type), "compare", descriptor, false));
                code.add(new JumpInsnNode(Opcodes.IFNE, different));
            }
            default -> code.add(new JumpInsnNode(Opcodes.IF_ICMPNE, different));
        }
    }

    private void text(InsnList code, List<Handle> components, String[] names) {
        code.add(new TypeInsnNode(Opcodes.NEW, BUILDER));
        code.add(new InsnNode(Opcodes.DUP));
        code.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, BUILDER, "<init>", "()V", false));
        append(code, simpleName() + "[");
        for (int i = 0; i < components.size(); i++) {
            append(code, (i == 0 ? "" : ", ") + names[i] + "=");
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            get(code, components.get(i));
            append(code, type(components.get(i)));
        }
        append(code, "]");
        code.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, BUILDER, "toString", "()Ljava/lang/String;", false));
        code.add(new InsnNode(Opcodes.ARETURN));
    }

    private static void append(InsnList code, String text) {
        code.add(new LdcInsnNode(text));
        append(code, Type.getType(String.class));
    }

    private static void append(InsnList code, Type type) {
        String taken = switch (type.getSort()) {
            case Type.OBJECT, Type.ARRAY ->
                type.getInternalName().equals("java/lang/String") ? type.getDescriptor() : PlainTypes.OBJECT;
            case Type.BYTE, Type.SHORT -> "I";
            default -> type.getDescriptor();
        };
        code.add(new MethodInsnNode(
                Opcodes.INVOKEVIRTUAL, BUILDER, "append", "(" + taken + ")L" + BUILDER + ";", false));
    }

    private String simpleName() {
        for (InnerClassNode inner : owner.innerClasses) {
            if (inner.name.equals(owner.name) && inner.innerName != null) {
                return inner.innerName;
            }
        }
        return owner.name.substring(owner.name.lastIndexOf('/') + 1);
    }
}
