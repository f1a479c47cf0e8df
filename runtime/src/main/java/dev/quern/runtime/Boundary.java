package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.SizeLimitException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one way into the runtime: whatever goes wrong behind it ends in one {@link ModelException}. What no model may cause, an
 * exhausted heap or stack included, leaves a folder to reproduce it from.
 */
final class Boundary {
    private Boundary() {}

    /**
     * What {@code work} gives.
     *
     * @param where the file or model, for messages
     * @param reproducer what is known of the model and the call by the time that it fails
     * @throws ModelException the only thing thrown
     */
    static <T> T cross(String where, Reproducer reproducer, Supplier<T> work) {
        try {
            return work.get();
        } catch (ModelException refused) {
            throw refused;
        } catch (SizeLimitException beyond) {
            throw new ModelException(
                    ModelException.Code.LIMIT, where, beyond.getMessage() + "; give smaller or fewer sizes", beyond);
        } catch (OutOfMemoryError exhausted) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "memory is exhausted (" + exhausted.getMessage() + ") within a heap of "
                            + Runtime.getRuntime().maxMemory()
                            + " bytes; raise -Xmx, lower maxMemory or give smaller inputs"
                            + saved(reproducer, exhausted),
                    exhausted);
        } catch (StackOverflowError exhausted) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "the model is nested too deep for the stack of this thread; raise -Xss or the thread's stack size"
                            + saved(reproducer, exhausted),
                    exhausted);
        } catch (Throwable thrown) {
            throw isMappingFault(thrown) ? shrunk(where, thrown) : fault(where, reproducer, thrown);
        }
    }

    /** The JVM reports pages of a mapped file that are no longer there as an error of this class. */
    private static boolean isMappingFault(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof InternalError
                    && String.valueOf(cause.getMessage()).contains("unsafe memory access")) {
                return true;
            }
        }
        return false;
    }

    private static ModelException shrunk(String where, Throwable thrown) {
        return new ModelException(
                ModelException.Code.IO,
                where,
                "a mapped file of the model shrank, or can no longer be read, while the model was in use; load the model again",
                thrown);
    }

    private static ModelException fault(String where, Reproducer reproducer, Throwable thrown) {
        return new ModelException(
                ModelException.Code.INTERNAL,
                where,
                "this is a fault of Quern's own (" + summary(thrown) + ")" + saved(reproducer, thrown),
                thrown);
    }

    private static String summary(Throwable thrown) {
        StringBuilder summary = new StringBuilder();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            summary.append(summary.isEmpty() ? "" : ", caused by ").append(cause);
        }
        return summary.toString().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String saved(Reproducer reproducer, Throwable thrown) {
        Optional<String> folder = reproducer.save(thrown);
        return folder.map(path -> "; please report it with the folder " + path)
                .orElse("; no reproducer could be written");
    }
}
