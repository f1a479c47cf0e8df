package dev.quern.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/** Rewritten classes do what they did. */
class PlainCallSitesTest {
    private static final String SAMPLES = "dev/quern/bundle/PlainSamples";

    private final Path bundle = Path.of(System.getProperty("quern.bundle"));

    /** Loads samples from memory, all else as usual. */
    private static final class MemoryLoader extends ClassLoader {
        private final Map<String, byte[]> classes;

        MemoryLoader(Map<String, byte[]> classes) {
            super(PlainCallSitesTest.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            byte[] bytes = classes.get(name.replace('.', '/') + ".class");
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (bytes == null || known != null) {
                    return known == null ? super.loadClass(name, resolve) : known;
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        }
    }

    private static Map<String, byte[]> samples() throws Exception {
        URL own = PlainSamples.class.getResource("PlainSamples.class");
        Map<String, byte[]> classes = new HashMap<>();
        try (Stream<Path> files = Files.list(Path.of(own.toURI()).getParent())) {
            for (Path file : files.toList()) {
                String path = "dev/quern/bundle/" + file.getFileName();
                if (path.startsWith(SAMPLES)) {
                    classes.put(path, Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    private static Set<String> bootstraps(byte[] bytes) {
        Set<String> found = new HashSet<>();
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, 0);
        node.methods.forEach(method -> method.instructions.forEach(instruction -> {
            if (instruction instanceof InvokeDynamicInsnNode site) {
                found.add(site.bsm.getOwner() + "." + site.bsm.getName());
            }
        }));
        return found;
    }

    @Test
    void samplesGiveWhatTheyGave() throws Exception {
        Map<String, byte[]> samples = samples();
        Set<String> before = new HashSet<>();
        samples.values().forEach(bytes -> before.addAll(bootstraps(bytes)));
        assertEquals(3, before.size(), before.toString());
        Map<String, byte[]> plain = PlainCallSites.rewritten(samples, SAMPLES);
        for (byte[] bytes : plain.values()) {
            assertEquals(Set.of(), bootstraps(bytes));
        }
        Class<?> rewritten = new MemoryLoader(plain).loadClass(PlainSamples.class.getName());
        assertNotSame(PlainSamples.class, rewritten);
        assertEquals(PlainSamples.results(), rewritten.getMethod("results").invoke(null));
    }

    @Test
    void theBundleIsRewritten() throws IOException {
        int lambdas = 0;
        Set<String> left = new HashSet<>();
        try (JarFile jar = new JarFile(bundle.toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().endsWith(".class")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        left.addAll(bootstraps(in.readAllBytes()));
                    }
                    lambdas += entry.getName().contains(PlainLambdas.SUFFIX) ? 1 : 0;
                }
            }
        }
        assertTrue(lambdas > 300, lambdas + " classes of lambdas");
        left.remove("java/lang/runtime/SwitchBootstraps.typeSwitch");
        left.remove("java/lang/runtime/SwitchBootstraps.enumSwitch");
        assertEquals(Set.of(), left);
    }

    private static String signature(Method method) {
        return method.getName() + List.of(method.getParameterTypes()) + method.getReturnType();
    }

    /** Default methods of interfaces of {@code type} in whose place it has those of another's lambdas. */
    private static Set<String> hidden(Class<?> type) {
        Set<String> own = new HashSet<>();
        for (Method method : type.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers())) {
                own.add(signature(method));
            }
        }
        Set<String> hidden = new HashSet<>();
        for (Class<?> each : type.getInterfaces()) {
            for (Method method : each.getMethods()) {
                if (method.isDefault() && own.contains(signature(method))) {
                    hidden.add(each.getName() + "." + signature(method));
                }
            }
        }
        return hidden;
    }

    /** A class of several interfaces whose default methods are alike could not be asked for them, and one that has such a method itself would hide it. */
    @Test
    void classesOfLambdasLoad() throws Exception {
        List<String> names;
        try (JarFile jar = new JarFile(bundle.toFile())) {
            names = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(PlainLambdas.SUFFIX + ".class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
        URI place = bundle.toUri();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {place.toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (String name : names) {
                Class<?> type = Class.forName(name, true, loader);
                List<String> defaults = new ArrayList<>();
                for (Method method : type.getMethods()) {
                    if (method.getDeclaringClass().isInterface() && !Modifier.isStatic(method.getModifiers())) {
                        defaults.add(signature(method));
                    }
                }
                assertEquals(
                        Set.copyOf(defaults).size(), defaults.size(), () -> name + " has twice one of " + defaults);
                assertEquals(Set.of(), hidden(type), name);
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }
}
