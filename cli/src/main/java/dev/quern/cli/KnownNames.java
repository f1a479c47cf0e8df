package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.util.Set;

/** Names on the command line that models must have. */
final class KnownNames {
    private KnownNames() {}

    /**
     * Refuses names that are not known.
     *
     * @param given as the command line has them
     * @param kind what they name
     */
    static void require(Set<String> given, Set<String> known, String kind) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw new ModelException(
                        Code.INVALID_INPUT, name, "there is no " + kind + " of that name; there are " + known);
            }
        }
    }
}
