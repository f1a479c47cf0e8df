package dev.quern.vector;

import java.util.HashMap;
import java.util.Map;

/** What the names of indices stand for where code is being built. */
final class IndexScope {
    /** What a name stands for. */
    sealed interface Binding {
        /** A known number: a variable of an unrolled loop, or of a vector loop while one of its vectors is built. */
        record KnownNumber(long value) implements Binding {}

        /** An int or a long. */
        record Variable(CodeNode node) implements Binding {}
    }

    private final Map<String, Binding> bindings = new HashMap<>();

    Binding get(String name) {
        Binding binding = bindings.get(name);
        if (binding == null) {
            throw Refusal.because("index " + name + " is bound by no loop, symbol or let");
        }
        return binding;
    }

    /** Runs {@code body} where {@code name} stands for {@code binding}. */
    void with(String name, Binding binding, Runnable body) {
        Binding hidden = bindings.put(name, binding);
        body.run();
        if (hidden == null) {
            bindings.remove(name);
        } else {
            bindings.put(name, hidden);
        }
    }

    /** Binds {@code name} from here on. */
    void bind(String name, Binding binding) {
        bindings.put(name, binding);
    }
}
