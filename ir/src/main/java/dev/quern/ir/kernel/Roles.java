package dev.quern.ir.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a template knows of its kernel beyond the loops. It lies with the unscheduled kernel alone: a schedule makes other loops.
 *
 * @param axes the role of loops, by variable, in the order in which they were drawn
 * @param relaid the operand that is read along columns, which may be laid anew for it
 */
public record Roles(Map<String, AxisRole> axes, Optional<String> relaid) {
    /** Nothing is known. */
    public static final Roles NONE = new Roles(Map.of(), Optional.empty());

    public Roles {
        axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    }

    /** Those of the loops {@code left}. */
    public Roles of(Set<String> left) {
        Map<String, AxisRole> rest = new LinkedHashMap<>(axes);
        rest.keySet().retainAll(left);
        return new Roles(rest, relaid);
    }

    /** Whether {@code loop} has one of {@code roles}. */
    public boolean is(Stmt.For loop, AxisRole... roles) {
        AxisRole role = axes.get(loop.variable());
        return role != null && List.of(roles).contains(role);
    }

    /** Whether a loop has {@code role}. */
    public boolean has(AxisRole role) {
        return axes.containsValue(role);
    }

    /** The loops of each role, by role. */
    public Map<AxisRole, List<String>> loops() {
        Map<AxisRole, List<String>> loops = new EnumMap<>(AxisRole.class);
        axes.forEach((loop, role) ->
                loops.computeIfAbsent(role, key -> new ArrayList<>()).add(loop));
        return loops;
    }
}
