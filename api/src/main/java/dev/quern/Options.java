package dev.quern;

import java.util.Objects;

/**
 * How a model is compiled and run. Immutable; {@link #builder()} starts from the defaults.
 *
 * @param threads threads a run may use, at least 1; the default is what the process may use
 * @param device {@code "cpu"}, {@code "cuda"} or {@code "auto"}
 * @param maxMemory bytes that one run's working memory may take before it is refused; {@link Long#MAX_VALUE} for no limit
 * @param poison fills freed and fresh working memory with NaN or a marker, to find reads of dead values; for tests
 */
public record Options(int threads, String device, long maxMemory, boolean poison) {
    public Options {
        if (threads < 1) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "threads", "expected at least 1, found " + threads);
        }
        if (maxMemory < 1) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "maxMemory",
                    "expected a positive number of bytes, found " + maxMemory);
        }
        Objects.requireNonNull(device);
    }

    /** The defaults: every processor the process may use, the CPU, no memory limit. */
    public static Options defaults() {
        return builder().build();
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings for {@link Options}. */
    public static final class Builder {
        private int threads = Runtime.getRuntime().availableProcessors();
        private String device = "cpu";
        private long maxMemory = Long.MAX_VALUE;
        private boolean poison;

        private Builder() {}

        /** Threads that one run may use. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** {@code "cpu"}, {@code "cuda"} or {@code "auto"}. */
        public Builder device(String device) {
            this.device = device;
            return this;
        }

        /** Bytes of working memory that one run may take. */
        public Builder maxMemory(long bytes) {
            this.maxMemory = bytes;
            return this;
        }

        /** Poison freed working memory; for tests. */
        public Builder poison(boolean poison) {
            this.poison = poison;
            return this;
        }

        /** The settings. */
        public Options build() {
            return new Options(threads, device, maxMemory, poison);
        }
    }
}
