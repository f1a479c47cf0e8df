package dev.quern.cli.bench;

/**
 * One side of a comparison: a loaded model with bound inputs.
 *
 * @param name for the table
 * @param run one inference
 * @param release frees what it holds
 */
public record Contender(String name, Runnable run, Runnable release) implements AutoCloseable {
    @Override
    public void close() {
        release.run();
    }
}
