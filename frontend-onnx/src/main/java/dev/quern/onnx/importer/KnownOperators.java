package dev.quern.onnx.importer;

import java.util.List;

/** What the table of operators has, for tests that go through all of it. */
public final class KnownOperators {
    private static final List<VersionRange> ALL = new OperatorTable()
            .rows().stream()
                    .map(row -> new VersionRange(row.domain(), row.name(), row.since(), row.until()))
                    .toList();

    private KnownOperators() {}

    /**
     * Versions of one operator that are imported in the same way.
     *
     * @param domain operator set; the standard one is {@code ""}
     * @param name operator
     * @param since first version of the operator set
     * @param until last version of the operator set that has the operator
     */
    public record VersionRange(String domain, String name, int since, int until) {}

    /** Every row of the table. */
    public static List<VersionRange> all() {
        return ALL;
    }

    /** Whether a model that imports {@code version} of the operator set may use the operator. */
    public static boolean exists(String domain, String name, long version) {
        return ALL.stream()
                .anyMatch(row -> row.name().equals(name)
                        && row.domain().equals(domain)
                        && row.since() <= (domain.isEmpty() ? version : 1)
                        && version <= row.until());
    }
}
