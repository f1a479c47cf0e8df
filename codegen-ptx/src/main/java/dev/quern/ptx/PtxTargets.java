package dev.quern.ptx;

import dev.quern.ModelException;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import java.util.List;

/** The architectures that text can be written for without a device. */
public final class PtxTargets {
    /** Those that every text must assemble for: Turing, Ampere and Hopper. */
    public static final List<String> ARCHITECTURES = List.of("sm_75", "sm_80", "sm_90");

    private static final int AMPERE = 80;
    private static final int HOPPER = 90;
    private static final int BLOCK_THREADS = 1024;
    private static final int SHARED_BYTES = 48 << 10;
    private static final int LIKELY_RESIDENT_THREADS = 1 << 17;

    private PtxTargets() {}

    /** Such as 80 for {@code sm_80}. */
    static int number(String architecture) {
        return Integer.parseInt(architecture.substring("sm_".length()));
    }

    /**
     * Shared memory that a block may ask for on devices of {@code architecture} and, of sm_80, on all of its generation, in bytes. Later devices that run the same text
     * may have less (those of compute capability 12 have 99 KiB): what a block has on a device is the driver's to say, in its {@link Target}.
     */
    static int sharedBytes(String architecture) {
        int number = number(architecture);
        return number >= HOPPER ? 227 << 10 : number >= AMPERE ? 99 << 10 : 64 << 10;
    }

    /** The products of tiles that text for {@code architecture} may have. */
    static List<MatrixInstruction> instructions(String architecture) {
        return number(architecture) >= AMPERE ? MatrixInstruction.ALL : List.of();
    }

    /**
     * A target of {@code architecture}, for a device of usual size.
     *
     * @throws ModelException if it is none of {@link #ARCHITECTURES}
     */
    public static Target.Grid of(String architecture) {
        if (!ARCHITECTURES.contains(architecture)) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "target '" + architecture + "'",
                    "expected one of " + String.join(", ", ARCHITECTURES));
        }
        return new Target.Grid(
                architecture,
                BLOCK_THREADS,
                LIKELY_RESIDENT_THREADS,
                SHARED_BYTES,
                sharedBytes(architecture),
                instructions(architecture));
    }
}
