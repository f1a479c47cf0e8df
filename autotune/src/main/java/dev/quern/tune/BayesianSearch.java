package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.List;
import java.util.Random;

/**
 * Bayesian optimisation: a Gaussian process over the logarithm of times, with a squared exponential kernel, whose length and noise are those of the greatest marginal likelihood; what is expected to improve most is tried
 * (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5; Jones, Schonlau and Welch, Efficient Global Optimization, 1998). Times are noisy, so that the improvement counts over the best mean, not the best time.
 */
public final class BayesianSearch extends LearningSearch {
    private static final double[] LENGTHS = {0.15, 0.3, 0.6, 1.2, 2.4};
    private static final double[] NOISES = {1e-4, 1e-2, 1e-1};

    /** Through {@code candidates}, which are ranked; {@code known} were fast for a kernel like this one. */
    public BayesianSearch(List<Candidate> candidates, List<Candidate> known, long seed) {
        super(candidates, known, seed);
    }

    @Override
    double[] worth(LearntTimes learnt, double[][] left, Random random) {
        GaussianFit fit = GaussianFit.best(learnt);
        double least = Double.MAX_VALUE;
        for (double[] point : learnt.points()) {
            least = Math.min(least, fit.mean(fit.covariances(point)));
        }
        double[] worth = new double[left.length];
        for (int i = 0; i < left.length; i++) {
            double[] covariances = fit.covariances(left[i]);
            worth[i] = expectedImprovement(least - fit.mean(covariances), fit.deviation(covariances));
        }
        return worth;
    }

    /** The mean of what a normal variable of mean {@code gain} is above 0. */
    static double expectedImprovement(double gain, double deviation) {
        if (deviation < 1e-9) {
            return Math.max(0, gain);
        }
        double z = gain / deviation;
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        return gain * below(z) + deviation * density;
    }

    /** The share of a standard normal variable below {@code z}, to 1e-7 (Abramowitz and Stegun 26.2.17). */
    static double below(double z) {
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double tail = Math.exp(-z * z / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z >= 0 ? 1 - tail : tail;
    }

    /** A process that was fitted. */
    private record GaussianFit(
            LearntTimes learnt, double length, double noise, CholeskyFactor factor, double[] weights) {
        static GaussianFit best(LearntTimes learnt) {
            GaussianFit best = null;
            double most = Double.NEGATIVE_INFINITY;
            for (double length : LENGTHS) {
                for (double noise : NOISES) {
                    GaussianFit fit = of(learnt, length, noise);
                    double likelihood = fit.logLikelihood();
                    if (best == null || likelihood > most) {
                        best = fit;
                        most = likelihood;
                    }
                }
            }
            return best;
        }

        private static GaussianFit of(LearntTimes learnt, double length, double noise) {
            int n = learnt.points().length;
            double[][] matrix = new double[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    matrix[i][j] = covariance(learnt.points()[i], learnt.points()[j], length) + (i == j ? noise : 0);
                }
            }
            CholeskyFactor factor = CholeskyFactor.of(matrix);
            return new GaussianFit(learnt, length, noise, factor, factor.upper(factor.lower(learnt.values())));
        }

        private static double covariance(double[] one, double[] other, double length) {
            return Math.exp(-squaredDistance(one, other) / (2 * length * length));
        }

        private double logLikelihood() {
            double fit = 0;
            for (int i = 0; i < weights.length; i++) {
                fit += weights[i] * learnt.values()[i];
            }
            return -fit / 2 - factor.logDeterminant() / 2;
        }

        double[] covariances(double[] point) {
            double[] covariances = new double[weights.length];
            for (int i = 0; i < covariances.length; i++) {
                covariances[i] = covariance(point, learnt.points()[i], length);
            }
            return covariances;
        }

        double mean(double[] covariances) {
            double mean = 0;
            for (int i = 0; i < weights.length; i++) {
                mean += covariances[i] * weights[i];
            }
            return mean;
        }

        double deviation(double[] covariances) {
            double variance = 1;
            for (double part : factor.lower(covariances)) {
                variance -= part * part;
            }
            return Math.sqrt(Math.max(0, variance));
        }
    }
}
