package dev.quern.tune;

import dev.quern.ir.schedule.Candidate;
import java.util.List;
import java.util.Random;

/**
 * A neural bandit: a network of one hidden layer learns the logarithm of times, and a Bayesian regression over what its hidden units say tells how sure that is; the candidate is tried whose time is least at the lower end of
 * what it may be (Zhou, Li and Gu, Neural Contextual Bandits with UCB-based Exploration, 2020; with the last layer alone, Xu et al., Neural Contextual Bandits with Deep Representation and Shallow Exploration, 2022).
 */
public final class NeuralBandit extends LearningSearch {
    private static final int UNITS = 24;
    private static final int STEPS = 200;
    private static final double RATE = 0.02;

    /** What keeps weights small, beside squared errors of values of deviation 1. */
    private static final double DECAY = 1e-3;

    /** Of the regression: the variance of noise over that of weights. */
    private static final double RIDGE = 0.1;

    /** Deviations that a time may be less than its mean. */
    private static final double HOPE = 0.5;

    /** Through {@code candidates}, which are ranked; {@code known} were fast for a kernel like this one. */
    public NeuralBandit(List<Candidate> candidates, List<Candidate> known, long seed) {
        super(candidates, known, seed);
    }

    @Override
    double[] worth(LearntTimes learnt, double[][] left, Random random) {
        HiddenLayer layer = HiddenLayer.trained(learnt.points(), learnt.values(), random);
        double[][] matrix = new double[UNITS + 1][UNITS + 1];
        double[] sums = new double[UNITS + 1];
        for (int i = 0; i < learnt.points().length; i++) {
            double[] units = layer.units(learnt.points()[i]);
            for (int row = 0; row <= UNITS; row++) {
                sums[row] += units[row] * learnt.values()[i];
                for (int column = 0; column <= row; column++) {
                    matrix[row][column] += units[row] * units[column];
                }
            }
        }
        for (int row = 0; row <= UNITS; row++) {
            matrix[row][row] += RIDGE;
        }
        CholeskyFactor factor = CholeskyFactor.of(matrix);
        double[] weights = factor.upper(factor.lower(sums));
        double[] worth = new double[left.length];
        for (int i = 0; i < left.length; i++) {
            double[] units = layer.units(left[i]);
            double mean = 0;
            double variance = 0;
            double[] part = factor.lower(units);
            for (int unit = 0; unit <= UNITS; unit++) {
                mean += weights[unit] * units[unit];
                variance += part[unit] * part[unit];
            }
            worth[i] = HOPE * Math.sqrt(RIDGE * variance) - mean;
        }
        return worth;
    }

    /**
     * Hidden units.
     *
     * @param weights of each unit, its bias last
     * @param output weights of the units in the value, its bias last
     */
    private record HiddenLayer(double[][] weights, double[] output) {
        /** Learns {@code values} by gradient descent with momenta (Kingma and Ba, Adam, 2015). */
        static HiddenLayer trained(double[][] points, double[] values, Random random) {
            int features = points[0].length;
            HiddenLayer layer = new HiddenLayer(new double[UNITS][features + 1], new double[UNITS + 1]);
            for (int unit = 0; unit < UNITS; unit++) {
                for (int i = 0; i <= features; i++) {
                    layer.weights[unit][i] = random.nextGaussian() * Math.sqrt(4.0 / (features + 1));
                }
                layer.output[unit] = random.nextGaussian() / Math.sqrt(UNITS);
            }
            MovingMoments[] moments = new MovingMoments[UNITS + 1];
            for (int unit = 0; unit <= UNITS; unit++) {
                moments[unit] = new MovingMoments(unit < UNITS ? features + 1 : UNITS + 1);
            }
            for (int step = 1; step <= STEPS; step++) {
                layer.descend(points, values, moments, step);
            }
            return layer;
        }

        private void descend(double[][] points, double[] values, MovingMoments[] moments, int step) {
            int features = points[0].length;
            double[][] gradients = new double[UNITS][features + 1];
            double[] outer = new double[UNITS + 1];
            for (int i = 0; i < points.length; i++) {
                double[] units = units(points[i]);
                double error = -values[i];
                for (int unit = 0; unit <= UNITS; unit++) {
                    error += output[unit] * units[unit];
                }
                error /= points.length;
                for (int unit = 0; unit <= UNITS; unit++) {
                    outer[unit] += error * units[unit];
                }
                for (int unit = 0; unit < UNITS; unit++) {
                    double slope = error * output[unit] * (1 - units[unit] * units[unit]);
                    for (int feature = 0; feature < features; feature++) {
                        gradients[unit][feature] += slope * points[i][feature];
                    }
                    gradients[unit][features] += slope;
                }
            }
            for (int unit = 0; unit < UNITS; unit++) {
                moments[unit].move(weights[unit], gradients[unit], step);
            }
            moments[UNITS].move(output, outer, step);
        }

        /** What the units say of {@code point}, and a one for the bias of what follows. */
        double[] units(double[] point) {
            double[] units = new double[UNITS + 1];
            for (int unit = 0; unit < UNITS; unit++) {
                double sum = weights[unit][point.length];
                for (int i = 0; i < point.length; i++) {
                    sum += weights[unit][i] * point[i];
                }
                units[unit] = Math.tanh(sum);
            }
            units[UNITS] = 1;
            return units;
        }
    }

    /** Means of gradients and of their squares. */
    private static final class MovingMoments {
        private static final double FIRST = 0.9;
        private static final double SECOND = 0.999;
        private final double[] means;
        private final double[] squares;

        MovingMoments(int size) {
            this.means = new double[size];
            this.squares = new double[size];
        }

        void move(double[] weights, double[] gradients, int step) {
            for (int i = 0; i < weights.length; i++) {
                double gradient = gradients[i] + DECAY * weights[i];
                means[i] = FIRST * means[i] + (1 - FIRST) * gradient;
                squares[i] = SECOND * squares[i] + (1 - SECOND) * gradient * gradient;
                double mean = means[i] / (1 - Math.pow(FIRST, step));
                double square = squares[i] / (1 - Math.pow(SECOND, step));
                weights[i] -= RATE * mean / (Math.sqrt(square) + 1e-8);
            }
        }
    }
}
