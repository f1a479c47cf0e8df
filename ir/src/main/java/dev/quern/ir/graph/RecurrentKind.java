package dev.quern.ir.graph;

/** Which cell an {@link Op.Recurrent} has. */
public enum RecurrentKind {
    RNN,
    GRU,
    LSTM;

    /** How many activation functions a cell has. */
    public int functions() {
        return switch (this) {
            case RNN -> 1;
            case GRU -> 2;
            case LSTM -> 3;
        };
    }
}
