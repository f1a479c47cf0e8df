package dev.quern.cli.onnxruntime;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Calls public methods of a library that is loaded at run time. */
final class Reflected {
    private Reflected() {}

    /** Calls the static method of {@code type} that takes {@code arguments}. */
    static Object callStatic(Class<?> type, String method, Object... arguments) throws ReflectiveOperationException {
        return invoke(type, null, method, arguments);
    }

    /** Calls the method of {@code target} that takes {@code arguments}. */
    static Object call(Object target, String method, Object... arguments) throws ReflectiveOperationException {
        return invoke(target.getClass(), target, method, arguments);
    }

    /** The constant of an enum. */
    static Object constant(Class<?> type, String name) throws ReflectiveOperationException {
        return type.getField(name).get(null);
    }

    private static Object invoke(Class<?> type, Object target, String name, Object... arguments)
            throws ReflectiveOperationException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && takes(method.getParameterTypes(), arguments)) {
                return method.invoke(target, arguments);
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name + Arrays.toString(arguments));
    }

    private static boolean takes(Class<?>[] parameters, Object[] arguments) {
        if (parameters.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < parameters.length; i++) {
            boolean fits = parameters[i] == int.class
                    ? arguments[i] instanceof Integer
                    : parameters[i].isInstance(arguments[i]);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Calls into the library. */
    @FunctionalInterface
    interface LibraryCall<T> {
        T run() throws ReflectiveOperationException;
    }

    /**
     * What {@code action} gives.
     *
     * @throws OnnxRuntimeException with the message of what the library threw
     */
    static <T> T guarded(LibraryCall<T> action) {
        try {
            return action.run();
        } catch (ReflectiveOperationException | LinkageError failure) {
            Throwable cause = failure instanceof InvocationTargetException ? failure.getCause() : failure;
            throw new OnnxRuntimeException(String.valueOf(cause.getMessage()), cause);
        }
    }
}
