package dev.quern.acceptance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.quern.ir.kernel.Kernel;
import org.junit.jupiter.api.Test;

class DependenciesTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.quern");

    @Test
    void readsTheClassesOfThisJdk() {
        assertTrue(classes.contain("dev.quern.Model"), "no class of the API was read");
        assertTrue(classes.contain("dev.quern.ir.Dim"), "no class of the IR was read");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(classes);
    }

    /** Three programs that compute the same, each with arithmetic of its own, so that they can judge each other. */
    @Test
    void interpretersAndGeneratedCodeShareNoArithmetic() {
        String graphs = "dev.quern.ir.interpret";
        String kernels = "dev.quern.ir.interpret.kernel";
        String formulas = "dev.quern.ir.math";
        String passes = "dev.quern.passes..";
        String vectors = "dev.quern.vector..";
        noClasses()
                .that()
                .resideInAPackage(graphs)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(kernels, formulas, passes, vectors)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.quern.ir.graph.SmallConstants")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage(kernels)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(graphs, formulas, passes, vectors)
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage(vectors)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(graphs, kernels)
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackage(graphs)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.quern.ir.interpret.FloatTables")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.quern.ir.interpret.RealFunctions")
                .check(classes);
    }

    /** What makes code of kernels sees loops, memory and expressions; not which template drew them, what for, or in which model. */
    @Test
    void emittersReadKernelsAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.quern.ptx..", "dev.quern.vector..")
                .should()
                .callMethod(Kernel.class, "template")
                .orShould()
                .callMethod(Kernel.class, "roles")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.quern.ir.graph..", "dev.quern.onnx..", "dev.quern.passes..", "dev.quern.runtime..")
                .check(classes);
    }

    /** One slice a package; a service interface and the package that it serves are one, as in the JDK. */
    private static final class Packages implements SliceAssignment {
        private static final String SERVICES = ".spi";

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            return SliceIdentifier.of(
                    name.endsWith(SERVICES) ? name.substring(0, name.length() - SERVICES.length()) : name);
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
