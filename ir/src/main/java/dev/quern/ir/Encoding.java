package dev.quern.ir;

import dev.quern.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the elements of a constant are held where its shape cannot say it: which of them are there at all, and by what numbers of few bits. What
 * a shape can say, such as blocked axes, is a shape.
 */
public sealed interface Encoding {
    /** The tensors that hold a constant of {@code dtype} and {@code shape}, in order; the shape fits. */
    List<TensorType> parts(DType dtype, Shape shape);

    /** Why no constant of {@code dtype} and {@code shape} can be held so; empty if one can. */
    Optional<String> fault(DType dtype, Shape shape);

    /**
     * Rows of blocks of a matrix (BSR), those of zeros left out. Parts: the elements of the blocks {@code [present, rows, columns]}, row of blocks by
     * row of blocks; where each row of blocks begins among them, and their number, {@code i64}; the column of blocks that each is in, rising in a row, {@code i64}.
     *
     * @param rows of a block
     * @param columns of a block
     * @param present blocks that are held
     */
    record Blocks(long rows, long columns, long present) implements Encoding {
        @Override
        public List<TensorType> parts(DType dtype, Shape shape) {
            long down = shape.dim(0).constant() / rows;
            return List.of(
                    new TensorType(dtype, Shape.of(present, rows, columns)),
                    new TensorType(DType.I64, Shape.of(down + 1)),
                    new TensorType(DType.I64, Shape.of(present)));
        }

        @Override
        public Optional<String> fault(DType dtype, Shape shape) {
            if (!shape.isConstant() || shape.rank() != 2) {
                return Optional.of("blocks of " + shape + ", which is no matrix of constant extents");
            }
            if (rows < 1
                    || columns < 1
                    || shape.dim(0).constant() % rows != 0
                    || shape.dim(1).constant() % columns != 0) {
                return Optional.of("blocks of " + rows + " by " + columns + ", which do not fill " + shape);
            }
            long all = shape.dim(0).constant() / rows * (shape.dim(1).constant() / columns);
            return present < 0 || present > all
                    ? Optional.of(present + " blocks of " + all + " present")
                    : dtype == DType.STRING || dtype.bits() < 8 ? Optional.of("blocks of " + dtype) : Optional.empty();
        }

        @Override
        public String toString() {
            return "<blocks " + rows + " " + columns + " " + present + ">";
        }
    }

    /**
     * Groups of neighbours along the last axis, each with a scale: an element is {@code (code - zero)*scale}, rounded once. Groups that are left out (pruned)
     * are zeros. Parts: codes {@code [present, size]}; scales {@code [present]}, of the constant's type; zero points {@code [present]}, of the codes' type, if there are any;
     * and, if groups are left out, which are present, in row-major order, rising, {@code i64}.
     *
     * @param codes integers of 8, 4 or 2 bits
     * @param size elements of a group
     * @param present groups that are held
     * @param zeroPoints whether groups have zero points; else all are 0
     */
    record Groups(DType codes, long size, long present, boolean zeroPoints) implements Encoding {
        /** Groups of a constant of {@code shape}, left out or not. */
        public long all(Shape shape) {
            long all = 1;
            for (Dim extent : shape.dims()) {
                all *= extent.constant();
            }
            return all / size;
        }

        @Override
        public List<TensorType> parts(DType dtype, Shape shape) {
            List<TensorType> parts = new ArrayList<>();
            parts.add(new TensorType(codes, Shape.of(present, size)));
            parts.add(new TensorType(dtype, Shape.of(present)));
            if (zeroPoints) {
                parts.add(new TensorType(codes, Shape.of(present)));
            }
            if (present < all(shape)) {
                parts.add(new TensorType(DType.I64, Shape.of(present)));
            }
            return parts;
        }

        @Override
        public Optional<String> fault(DType dtype, Shape shape) {
            if (!shape.isConstant() || shape.rank() < 1) {
                return Optional.of("groups of " + shape + ", which has no last axis of constant extent");
            }
            if (!codes.isInteger() || codes.bits() > 8 || !dtype.isFloat()) {
                return Optional.of("groups of " + dtype + " in codes of " + codes
                        + ", expected floats in integers of at most 8 bits");
            }
            if (size < 1 || shape.dim(-1).constant() % size != 0) {
                return Optional.of("groups of " + size + ", which do not fill rows of " + shape.dim(-1));
            }
            return present < 0 || present > all(shape)
                    ? Optional.of(present + " groups of " + all(shape) + " present")
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return "<groups " + codes + " " + size + " " + present + (zeroPoints ? " zeros>" : ">");
        }
    }
}
