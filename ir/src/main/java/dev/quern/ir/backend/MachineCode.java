package dev.quern.ir.backend;

import java.util.Set;

/**
 * What a compiler that works while code runs has made of it.
 *
 * @param methods names of the methods that have its best code
 * @param inTheMaking whether it is about to make more of others
 */
public record MachineCode(Set<String> methods, boolean inTheMaking) {
    /** Nothing, and nothing to come: code is as it will be. */
    public static final MachineCode NONE = new MachineCode(Set.of(), false);

    public MachineCode {
        methods = Set.copyOf(methods);
    }
}
