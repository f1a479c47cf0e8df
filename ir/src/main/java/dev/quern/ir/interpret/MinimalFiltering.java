package dev.quern.ir.interpret;

import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.Arrays;

/** Convolutions by {@linkplain dev.quern.ir.graph.Winograd minimal filtering}, tile by tile, in doubles. */
final class MinimalFiltering {
    private final double[][] operandMatrix;
    private final double[][] resultMatrix;
    private final int tile;
    private final int reach;
    private final int channels;
    private final int columns;

    private MinimalFiltering(Op.ConvolveWinograd op, int channels, int columns) {
        this.operandMatrix = op.tiles().operand();
        this.resultMatrix = op.tiles().result();
        this.tile = op.tiles().tile();
        this.reach = op.tiles().reach();
        this.channels = channels;
        this.columns = columns;
    }

    static Tensor convolve(Op.ConvolveWinograd op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        int columns = Math.toIntExact(call.operand(1).shape()[2]);
        long[] outShape = WindowOperations.slid(shape, op.window(), columns, call);
        MinimalFiltering filtering = new MinimalFiltering(op, Math.toIntExact(shape[3]), columns);
        double[] x = call.elements(0).reals();
        double[] weights = call.elements(1).reals();
        TensorElements result = call.allocate(call.operand(0).dtype(), outShape);
        long top = call.value(op.window().before().get(0));
        long left = call.value(op.window().before().get(1));
        for (long image = 0; image < outShape[0]; image++) {
            for (long row = 0; row < outShape[1]; row += filtering.tile) {
                for (long column = 0; column < outShape[2]; column += filtering.tile) {
                    double[] patch = filtering.patch(x, shape, image, row - top, column - left);
                    filtering.write(result, outShape, image, row, column, filtering.tile(patch, weights));
                }
            }
        }
        return result.tensor(outShape);
    }

    /** The operands of a tile, [reach, reach, channels]; zero outside of the image. */
    private double[] patch(double[] x, long[] shape, long image, long top, long left) {
        double[] patch = new double[reach * reach * channels];
        for (int i = 0; i < reach; i++) {
            for (int j = 0; j < reach; j++) {
                boolean isInside = top + i >= 0 && top + i < shape[1] && left + j >= 0 && left + j < shape[2];
                if (isInside) {
                    long from = ((image * shape[1] + top + i) * shape[2] + left + j) * channels;
                    System.arraycopy(x, Math.toIntExact(from), patch, (i * reach + j) * channels, channels);
                }
            }
        }
        return patch;
    }

    /** The results of a tile, [tile, tile, columns]. */
    private double[] tile(double[] patch, double[] weights) {
        double[] operands = transformed(patch, operandMatrix, reach, channels);
        double[] products = new double[reach * reach * columns];
        for (int at = 0; at < reach * reach; at++) {
            for (int channel = 0; channel < channels; channel++) {
                double factor = operands[at * channels + channel];
                int row = (at * channels + channel) * columns;
                for (int column = 0; column < columns; column++) {
                    products[at * columns + column] += factor * weights[row + column];
                }
            }
        }
        return transformed(products, resultMatrix, reach, columns);
    }

    /** {@code matrix * x * matrix^T} for each of {@code depth} matrices x that lie interleaved. */
    private static double[] transformed(double[] x, double[][] matrix, int extent, int depth) {
        int rows = matrix.length;
        double[] result = new double[rows * rows * depth];
        double[] half = new double[rows * extent];
        for (int d = 0; d < depth; d++) {
            Arrays.fill(half, 0);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < extent; j++) {
                    for (int k = 0; k < extent; k++) {
                        half[i * extent + j] += term(matrix[i][k], x[(k * extent + j) * depth + d]);
                    }
                }
            }
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < rows; j++) {
                    for (int k = 0; k < extent; k++) {
                        result[(i * rows + j) * depth + d] += term(matrix[j][k], half[i * extent + k]);
                    }
                }
            }
        }
        return result;
    }

    /** A factor of zero says that the operand takes no part, whatever it is. */
    private static double term(double factor, double operand) {
        return factor == 0 ? 0 : factor * operand;
    }

    private void write(TensorElements result, long[] shape, long image, long row, long column, double[] tileResults) {
        double[] line = new double[columns];
        for (int i = 0; i < tile && row + i < shape[1]; i++) {
            for (int j = 0; j < tile && column + j < shape[2]; j++) {
                System.arraycopy(tileResults, (i * tile + j) * columns, line, 0, columns);
                result.write(((image * shape[1] + row + i) * shape[2] + column + j) * columns, line, columns);
            }
        }
    }
}
