package dev.quern.ptx.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A driver without a device behind the symbols of the real one: its memory is memory of the process, its streams do what they are
 * given at once. The functions are the methods of {@link StubFunctions} with their names; each is called through native code by its own signature,
 * and can be made to fail.
 */
public final class StubDriver implements SymbolLookup, AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final StubFunctions functions = new StubFunctions();
    private final Map<String, MemorySegment> symbols = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Integer> once = new HashMap<>();
    private final Set<String> absent = new HashSet<>();
    private final Set<String> called = new HashSet<>();
    private Throwable thrown;

    /** What the functions do and hold. */
    public StubFunctions functions() {
        return functions;
    }

    /** From now on {@code symbol} does nothing and returns {@code code}; 0 mends it. */
    public StubDriver failing(String symbol, int code) {
        failures.put(symbol, code);
        return this;
    }

    /** The next call of {@code symbol} does nothing and returns {@code code}; those after it do what they did. */
    public StubDriver failingOnce(String symbol, int code) {
        once.put(symbol, code);
        return this;
    }

    /** The library does not export {@code symbol}. */
    public StubDriver without(String symbol) {
        absent.add(symbol);
        return this;
    }

    /** The symbols that were called. */
    public Set<String> called() {
        return called;
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        if (!functions.lacksContext()) {
            thrown = new AssertionError(name + " is bound where a virtual thread must stay on its carrier");
        }
        if (absent.contains(name)) {
            return Optional.empty();
        }
        return Arrays.stream(StubFunctions.class.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .map(method -> symbols.computeIfAbsent(name, key -> stub(method)));
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(Method method) {
        MemoryLayout[] arguments = Arrays.stream(method.getParameterTypes())
                .map(StubDriver::layout)
                .toArray(MemoryLayout[]::new);
        MethodType type = MethodType.methodType(int.class, method.getParameterTypes());
        try {
            MethodHandle dispatch = MethodHandles.lookup()
                    .findVirtual(
                            StubDriver.class,
                            "dispatch",
                            MethodType.methodType(int.class, Method.class, Object[].class));
            MethodHandle target = dispatch.bindTo(this)
                    .bindTo(method)
                    .asCollector(Object[].class, arguments.length)
                    .asType(type);
            return Linker.nativeLinker()
                    .upcallStub(target, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments), arena);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static MemoryLayout layout(Class<?> type) {
        if (type == MemorySegment.class) {
            return ValueLayout.ADDRESS;
        }
        if (type == int.class) {
            return ValueLayout.JAVA_INT;
        }
        if (type == long.class) {
            return ValueLayout.JAVA_LONG;
        }
        if (type == byte.class) {
            return ValueLayout.JAVA_BYTE;
        }
        throw new AssertionError("argument of " + type);
    }

    /** Nothing may be thrown into native code: it is kept for {@link #close}. */
    private int dispatch(Method method, Object[] arguments) {
        try {
            called.add(method.getName());
            Integer next = once.remove(method.getName());
            int failure = next != null ? next : failures.getOrDefault(method.getName(), 0);
            return failure != 0 ? failure : (int) method.invoke(functions, arguments);
        } catch (Throwable failure) {
            thrown = failure;
            return StubFunctions.UNKNOWN;
        }
    }

    /** Fails if something was thrown in a function, or the code tested has kept anything. */
    @Override
    public void close() {
        arena.close();
        List<Object> left = new ArrayList<>(functions.left());
        if (thrown != null) {
            throw new AssertionError("in the stub", thrown);
        }
        if (!left.isEmpty()) {
            throw new AssertionError("not given back: " + left);
        }
    }
}
