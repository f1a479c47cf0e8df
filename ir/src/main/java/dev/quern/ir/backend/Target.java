package dev.quern.ir.backend;

import java.util.List;

/** What a schedule may count on in a device. */
public sealed interface Target {
    /** Such as {@code jvm-512} or {@code sm_90}. */
    String name();

    /** Lanes of a vector of {@code bits}-wide elements, 1 without vectors. */
    int lanes(int bits);

    /**
     * A processor whose threads share its memory.
     *
     * @param name such as {@code jvm-512}
     * @param vectorBits widest vector, 0 for scalar code only
     * @param vectorRegisters vector registers of that width
     * @param threads threads that work on one kernel
     * @param levelOneBytes first-level data cache of a core
     * @param levelTwoBytes second-level cache of a core
     * @param budget what its back end makes good code of
     */
    record Processor(
            String name,
            int vectorBits,
            int vectorRegisters,
            int threads,
            long levelOneBytes,
            long levelTwoBytes,
            CodeBudget budget)
            implements Target {
        /** The register tiles of the budget that its registers hold. */
        public List<RegisterTile> tiles() {
            return budget.tiles().stream()
                    .filter(tile -> tile.registers() <= vectorRegisters)
                    .toList();
        }

        @Override
        public int lanes(int bits) {
            return Math.max(1, vectorBits / bits);
        }
    }

    /**
     * A device that runs a kernel as a grid of blocks of threads.
     *
     * @param name such as {@code sm_90}
     * @param blockThreads most threads of a block
     * @param residentThreads threads that the device can hold at once
     * @param sharedBytes shared memory that a block has without asking for more
     * @param mostSharedBytes shared memory that a block may ask for
     * @param instructions products of tiles that a warp can do
     */
    record Grid(
            String name,
            int blockThreads,
            int residentThreads,
            int sharedBytes,
            int mostSharedBytes,
            List<MatrixInstruction> instructions)
            implements Target {
        public Grid {
            instructions = List.copyOf(instructions);
        }

        /** A device without products of tiles, whose blocks cannot ask for more memory. */
        public Grid(String name, int blockThreads, int residentThreads, int sharedBytes) {
            this(name, blockThreads, residentThreads, sharedBytes, sharedBytes, List.of());
        }

        @Override
        public int lanes(int bits) {
            return 1;
        }
    }

    /** A target for scalar code, for tests and for JVMs without the vector module. */
    static Processor scalar(int threads) {
        return new Processor("jvm-scalar", 0, 16, threads, 32 << 10, 1 << 20, CodeBudget.LEAST);
    }
}
