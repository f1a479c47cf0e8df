package dev.quern.vector;

import dev.quern.ir.backend.MachineCode;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what HotSpot says of its compilations. */
final class CompiledMethods {
    /** Number, level 4, state 0 (in use), class and method. */
    private static final Pattern IN_USE = Pattern.compile("\\s*\\d+\\s+4\\s+0\\s+([^\\s(]+)\\(.*");

    private CompiledMethods() {}

    /**
     * What C2 has made of classes.
     *
     * @param classes the names of hidden classes
     * @param list the answer of the diagnostic command {@code Compiler.codelist}
     * @param queues that of {@code Compiler.queue}
     */
    static MachineCode of(Set<String> classes, String list, String queues) {
        Set<String> methods = list.lines()
                .map(IN_USE::matcher)
                .filter(Matcher::matches)
                .map(line -> hidden(line.group(1)))
                .filter(method -> classes.contains(method.substring(0, method.lastIndexOf('.'))))
                .collect(Collectors.toSet());
        String waiting = hidden(queues);
        return new MachineCode(methods, classes.stream().anyMatch(name -> waiting.contains(name + "::")));
    }

    /** Hidden classes are called {@code NAME+ADDRESS} in places, and {@code NAME/ADDRESS} in others. */
    static String hidden(String text) {
        return text.replace('+', '/');
    }
}
