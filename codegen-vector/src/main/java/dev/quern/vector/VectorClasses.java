package dev.quern.vector;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Has the JVM initialise the classes of vectors before kernels are compiled. C2 takes an abstract class of the Vector API that has had one subclass
 * initialised for that subclass, and throws what it compiled so away when another one is: kernels of floats alone, when the first kernel with integers
 * runs, such as one with an exponential in it. They are then interpreted until they are compiled once more.
 */
final class VectorClasses {
    private VectorClasses() {}

    /** Initialises those of floats and of their bits, as wide as kernels use them. Others are for few models, and few of their kernels. */
    static void initialise() {
        try {
            int bits = HostTarget.vectorBits();
            if (bits > 0) {
                VectorShape shape = VectorShape.forBitSize(bits);
                initialise(VectorSpecies.of(float.class, shape));
                initialise(VectorSpecies.of(int.class, shape));
            }
        } catch (RuntimeException | LinkageError | OutOfMemoryError failed) {
            System.getLogger("dev.quern.vector")
                    .log(System.Logger.Level.DEBUG, "classes of vectors are initialised when kernels run", failed);
        }
    }

    private static void initialise(VectorSpecies<?> species) {
        species.zero();
        species.maskAll(true);
        species.iotaShuffle(0, 1, true);
    }
}
