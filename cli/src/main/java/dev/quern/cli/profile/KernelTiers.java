package dev.quern.cli.profile;

import dev.quern.cli.bench.CodeList;
import dev.quern.cli.bench.Tier;
import dev.quern.ir.cost.SectionRuns;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What HotSpot has made of a kernel's methods.
 *
 * @param methods each method that a run at the kernel's sizes calls, sections first, and the tier of its code
 */
public record KernelTiers(Map<String, Tier> methods) {
    /** The method of the loops around the sections, as code generation calls it. */
    private static final String BODY = "kernel";

    public KernelTiers {
        methods = Collections.unmodifiableMap(new LinkedHashMap<>(methods));
    }

    /**
     * The tiers of the kernel whose class file is {@code artifact}, by the names that code generation gives: a section's name
     * and its number. None if it is no class file, or the class has other methods than the kernel has sections.
     *
     * @param sections the sections of the scheduled kernel
     */
    static KernelTiers of(byte[] artifact, List<SectionRuns.CountedSection> sections, CodeList code) {
        if (artifact.length < 4 || (artifact[0] & 0xff) != 0xca || (artifact[1] & 0xff) != 0xfe) {
            return new KernelTiers(Map.of());
        }
        ClassModel type = ClassFile.of().parse(artifact);
        List<String> present = type.methods().stream()
                .map(method -> method.methodName().stringValue())
                .toList();
        Map<String, Tier> methods = new LinkedHashMap<>();
        String name = type.thisClass().asInternalName().replace('/', '.');
        for (int number = 0; number < sections.size(); number++) {
            SectionRuns.CountedSection section = sections.get(number);
            String method = section.name().replaceAll("[^A-Za-z0-9_]", "_") + "_" + number;
            if (!present.contains(method)) {
                return new KernelTiers(Map.of());
            }
            if (section.runs() > 0) {
                methods.put(method, code.of(name, method));
            }
        }
        methods.put(BODY, code.of(name, BODY));
        return new KernelTiers(methods);
    }

    /**
     * The lowest tier of the methods that do the work, in words, with the method's name where it is not C2. The sections do the
     * work, or the body where none is called; a section without code of its own has been compiled into a body that has.
     */
    public String words() {
        if (methods.isEmpty()) {
            return "not known";
        }
        Tier body = methods.get(BODY);
        if (methods.size() == 1) {
            return body.words();
        }
        String lowest = null;
        Tier tier = Tier.C2;
        for (Map.Entry<String, Tier> method : methods.entrySet()) {
            Tier counted = method.getValue() == Tier.NONE ? body : method.getValue();
            if (!method.getKey().equals(BODY) && counted.compareTo(tier) < 0) {
                tier = counted;
                lowest = method.getKey();
            }
        }
        return lowest == null ? tier.words() : tier.words() + ": " + lowest;
    }
}
