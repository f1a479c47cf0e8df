package dev.quern.bundle;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Spells out what the JVM would make when it first comes to it: lambdas, switches over types, and {@code equals}, {@code hashCode} and {@code toString} of
 * records. Each of these is a class, made by Java code that is itself interpreted then; a load of MiniLM in a fresh JVM makes some 1,200, which takes a
 * quarter to a third of it. The bundle's classes have all of it in them: one class for the lambdas of each class, and methods.
 */
public final class PlainCallSites {
    private final Map<String, ClassNode> classes = new LinkedHashMap<>();

    /** Those that have to be written anew. */
    private final Set<String> changed = new LinkedHashSet<>();

    private PlainCallSites() {}

    /**
     * Rewrites a jar.
     *
     * @param arguments its path, and the beginning of the paths of the classes in it that are rewritten
     */
    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(Files.newInputStream(jar)))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!entry.isDirectory()) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
        Path plain = jar.resolveSibling(jar.getFileName() + ".plain");
        try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(plain)))) {
            for (Map.Entry<String, byte[]> entry :
                    rewritten(entries, arguments[1]).entrySet()) {
                ZipEntry written = new ZipEntry(entry.getKey());
                // The same bytes from the same classes.
                written.setTime(0);
                out.putNextEntry(written);
                out.write(entry.getValue());
            }
        }
        Files.move(plain, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@code entries}, and classes made for them, those of paths that begin with {@code prefix} rewritten. */
    static Map<String, byte[]> rewritten(Map<String, byte[]> entries, String prefix) {
        PlainCallSites all = new PlainCallSites();
        entries.forEach((path, bytes) -> {
            if (path.startsWith(prefix) && path.endsWith(".class")) {
                ClassNode node = new ClassNode();
                new ClassReader(bytes).accept(node, 0);
                all.classes.put(node.name, node);
            }
        });
        List.copyOf(all.classes.values()).forEach(all::rewrite);
        Map<String, byte[]> out = new LinkedHashMap<>(entries);
        for (String name : all.changed) {
            ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
            all.classes.get(name).accept(writer);
            out.put(name + ".class", writer.toByteArray());
        }
        return out;
    }

    private void rewrite(ClassNode owner) {
        PlainLambdas lambdas = new PlainLambdas(owner);
        PlainMethods methods = new PlainMethods(owner);
        for (MethodNode method : List.copyOf(owner.methods)) {
            for (AbstractInsnNode instruction : method.instructions.toArray()) {
                if (instruction instanceof InvokeDynamicInsnNode site) {
                    MethodInsnNode call = plain(site, lambdas, methods);
                    if (call != null) {
                        method.instructions.set(site, call);
                        changed.add(owner.name);
                    }
                }
            }
        }
        if (!lambdas.isEmpty()) {
            ClassNode made = lambdas.made();
            classes.put(made.name, made);
            changed.add(made.name);
            ClassNode host = classes.get(made.nestHostClass);
            host.nestMembers = host.nestMembers == null ? new ArrayList<>() : host.nestMembers;
            host.nestMembers.add(made.name);
            changed.add(host.name);
        }
    }

    /** The call that takes the place of {@code site}; null where it stays. */
    private static MethodInsnNode plain(InvokeDynamicInsnNode site, PlainLambdas lambdas, PlainMethods methods) {
        return switch (site.bsm.getOwner() + "." + site.bsm.getName()) {
            case "java/lang/invoke/LambdaMetafactory.metafactory" -> lambdas.call(site);
            case "java/lang/runtime/SwitchBootstraps.typeSwitch" -> methods.typeSwitch(site);
            case "java/lang/runtime/ObjectMethods.bootstrap" -> methods.ofRecord(site);
            default -> null;
        };
    }
}
