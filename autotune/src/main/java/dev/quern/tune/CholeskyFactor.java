package dev.quern.tune;

/** The Cholesky factor of a symmetric positive definite matrix: lower triangular, its product with its transpose is the matrix. */
final class CholeskyFactor {
    private final double[][] factor;

    private CholeskyFactor(double[][] factor) {
        this.factor = factor;
    }

    /** Of {@code matrix}, of which the lower half is read. Pivots that rounding makes too small are taken for tiny ones. */
    static CholeskyFactor of(double[][] matrix) {
        int n = matrix.length;
        double[][] factor = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i][k] * factor[j][k];
                }
                factor[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / factor[j][j];
            }
        }
        return new CholeskyFactor(factor);
    }

    /** The solution {@code x} of {@code L x = right}. */
    double[] lower(double[] right) {
        double[] x = right.clone();
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= factor[i][k] * x[k];
            }
            x[i] /= factor[i][i];
        }
        return x;
    }

    /** The solution of {@code L' x = right}. */
    double[] upper(double[] right) {
        double[] x = right.clone();
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= factor[k][i] * x[k];
            }
            x[i] /= factor[i][i];
        }
        return x;
    }

    /** The logarithm of the matrix's determinant. */
    double logDeterminant() {
        double sum = 0;
        for (int i = 0; i < factor.length; i++) {
            sum += 2 * Math.log(factor[i][i]);
        }
        return sum;
    }
}
