package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.cli.bench.CodeList;
import dev.quern.cli.bench.Tier;
import dev.quern.ir.cost.SectionRuns;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelTiersTest {
    private static final String TYPE = "dev.quern.vector.Kernel_c";

    private static byte[] classFile(String... methods) {
        return ClassFile.of().build(ClassDesc.of(TYPE), type -> {
            for (String method : methods) {
                type.withMethodBody(
                        method, MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC, code -> code.return_());
            }
        });
    }

    private static KernelTiers tiers(Tier... tiers) {
        Map<String, Tier> methods = new LinkedHashMap<>();
        for (int i = 0; i < tiers.length - 1; i++) {
            methods.put("tile_" + i, tiers[i]);
        }
        methods.put("kernel", tiers[tiers.length - 1]);
        return new KernelTiers(methods);
    }

    @Test
    void theLowestTierOfTheSectionsIsShown() {
        assertEquals("C2", tiers(Tier.C2, Tier.C2, Tier.C1).words());
        assertEquals("C1: tile_1", tiers(Tier.C2, Tier.C1, Tier.C2).words());
        assertEquals("interpreted: tile_0", tiers(Tier.NONE, Tier.C1, Tier.NONE).words());
    }

    @Test
    void aSectionMayBeCompiledIntoTheBody() {
        assertEquals("C2", tiers(Tier.NONE, Tier.C2).words());
        assertEquals("C1: tile_0", tiers(Tier.NONE, Tier.C1).words());
    }

    @Test
    void aKernelWithoutSectionsIsItsBody() {
        assertEquals("C2", tiers(Tier.C2).words());
        assertEquals("interpreted", tiers(Tier.NONE).words());
        assertEquals("not known", new KernelTiers(Map.of()).words());
    }

    @Test
    void sectionsAreFoundByNameAndNumberAndLeftOutWhereTheyAreNotRun() {
        CodeList code = CodeList.parse(
                "1 4 0 " + TYPE + "/0x1.tile_m0_i_0()V [0, 1 - 2]\n" + "2 3 0 " + TYPE + "/0x1.kernel()V [0, 1 - 2]\n");
        byte[] artifact = classFile("tile_m0_i_0", "rest_1", "kernel", "<clinit>");
        List<SectionRuns.CountedSection> sections =
                List.of(new SectionRuns.CountedSection("tile.m0.i", 12), new SectionRuns.CountedSection("rest", 0));
        KernelTiers tiers = KernelTiers.of(artifact, sections, code);
        assertEquals(Map.of("tile_m0_i_0", Tier.C2, "kernel", Tier.C1), tiers.methods());
        assertEquals("C2", tiers.words());
    }

    @Test
    void otherMethodsThanTheKernelHasSectionsAreNotJudged() {
        CodeList none = CodeList.parse("");
        List<SectionRuns.CountedSection> sections = List.of(new SectionRuns.CountedSection("tile", 1));
        assertEquals(
                "not known", KernelTiers.of(classFile("kernel"), sections, none).words());
        assertEquals(
                "not known", KernelTiers.of(new byte[] {1, 2}, List.of(), none).words());
    }
}
