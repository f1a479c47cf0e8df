package dev.quern.acceptance.judge;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What ONNX Runtime 1.29 is known to do otherwise than ONNX says, or than its own other kernels, or otherwise each time where ONNX
 * says nothing. Each entry is as narrow as can be: what is not in it is a fault of somebody's.
 */
enum KnownDeviation {
    /** {@link StructuralDeviations#negativeAxis}. */
    NEGATIVE_AXIS_OF_NOTHING(StructuralDeviations::negativeAxis),
    /** {@link StructuralDeviations#noAxes}. */
    NO_AXES_OF_NOTHING(StructuralDeviations::noAxes),
    /** {@link StructuralDeviations#resizedInfinity}. */
    RESIZED_INFINITY(StructuralDeviations::resizedInfinity),
    /** {@link StructuralDeviations#unscaledBias}. */
    UNSCALED_BIAS_OF_NOTHING(StructuralDeviations::unscaledBias),
    /** {@link StructuralDeviations#negativePadding}. */
    NEGATIVE_PADDING_OF_POOLS(StructuralDeviations::negativePadding),
    /** {@link StructuralDeviations#wrapBeyondExtent}. */
    WRAP_BEYOND_EXTENT(StructuralDeviations::wrapBeyondExtent),
    /** {@link NaNDeviations#greatest}. */
    GREATEST_BESIDE_NAN(NaNDeviations::greatest),
    /** {@link NaNDeviations#order}. */
    ORDER_BESIDE_NAN(NaNDeviations::order),
    /** {@link NaNDeviations#sign}. */
    SIGN_OF_NAN(NaNDeviations::sign),
    /** {@link NaNDeviations#leastOfAll}. */
    GREATEST_OF_MINUS_INFINITY(NaNDeviations::leastOfAll),
    /** {@link NaNDeviations#scattered}. */
    SCATTERED_NAN(NaNDeviations::scattered),
    /** {@link NaNDeviations#range}. */
    RANGE_OF_NAN(NaNDeviations::range),
    /** {@link NaNDeviations#softmax}. */
    SOFTMAX_OF_NAN(NaNDeviations::softmax),
    /** {@link StructuralDeviations#firstOfText}. */
    FIRST_OF_TEXT(StructuralDeviations::firstOfText),
    /** {@link StructuralDeviations#oldMask}. */
    MASK_OF_OLD_DROPOUT(StructuralDeviations::oldMask),
    /** {@link IntegerDeviations#inReals}. */
    INTEGERS_REDUCED_IN_F64(IntegerDeviations::inReals),
    /** {@link StructuralDeviations#unsetProduct}. */
    UNSET_PRODUCT_OF_NOTHING(StructuralDeviations::unsetProduct),
    /** {@link StructuralDeviations#unspreadProduct}. */
    UNSPREAD_PRODUCT_OF_NOTHING(StructuralDeviations::unspreadProduct),
    /** {@link StructuralDeviations#meanOfNothing}. */
    MEAN_OF_NOTHING(StructuralDeviations::meanOfNothing),
    /** {@link IntegerDeviations#remainderInReals}. */
    REMAINDER_IN_F64(IntegerDeviations::remainderInReals),
    /** {@link IntegerDeviations#beyondRange}. */
    CAST_BEYOND_RANGE(IntegerDeviations::beyondRange),
    /** {@link IntegerDeviations#smallPower}. */
    SMALL_POWERS(IntegerDeviations::smallPower),
    /** {@link IntegerDeviations#sumsAlone}. */
    SUMS_OF_EINSUM(IntegerDeviations::sumsAlone),
    /** {@link NarrowDeviations#sharedBytes}. */
    SHARED_BYTES_OF_TWO_BITS(NarrowDeviations::sharedBytes),
    /** {@link NarrowDeviations#nibbleOfNaN}. */
    NIBBLE_OF_NAN(NarrowDeviations::nibbleOfNaN),
    /** {@link NarrowDeviations#withoutSign}. */
    SIGN_OF_F8E8M0(NarrowDeviations::withoutSign),
    /** {@link NarrowDeviations#infinity}. */
    INFINITY_OF_F8E5M2(NarrowDeviations::infinity),
    /** {@link GateDeviations#gates}. */
    GATES(GateDeviations::gates),
    /** {@link NormalizationDeviations#scaledMean}. */
    SCALE_BEFORE_MEAN(NormalizationDeviations::scaledMean),
    /** {@link NormalizationDeviations#centredFirst}. */
    SQUARES_OF_THE_CENTRED(NormalizationDeviations::centredFirst),
    /** {@link NormalizationDeviations#bareDeviation}. */
    DEVIATION_WITHOUT_EPSILON(NormalizationDeviations::bareDeviation),
    /** {@link RoundingDeviations#tanh}. */
    TANH_OF_SUBNORMALS(RoundingDeviations::tanh),
    /** {@link RoundingDeviations#sigmoid}. */
    SIGMOID_NEAR_ZERO(RoundingDeviations::sigmoid),
    /** {@link RoundingDeviations#gelu}. */
    CONSTANTS_OF_GELU(RoundingDeviations::gelu),
    /** {@link RoundingDeviations#hardSwish}. */
    SIXTH_OF_HARD_SWISH(RoundingDeviations::hardSwish),
    /** {@link RoundingDeviations#shrink}. */
    SHRINK_IN_F32(RoundingDeviations::shrink),
    /** {@link RoundingDeviations#trigonometric}. */
    COSINE_NEAR_ZERO(RoundingDeviations::trigonometric),
    /** {@link NormalizationDeviations#stashed}. */
    STASHED_IN_F32(NormalizationDeviations::stashed),
    /** {@link RoundingDeviations#slidingSum}. */
    SLIDING_SUM(RoundingDeviations::slidingSum),
    /** {@link NormalizationDeviations#squaresLessSquare}. */
    SQUARES_LESS_SQUARE(NormalizationDeviations::squaresLessSquare),
    /** {@link NormalizationDeviations#groups}. */
    SQUARES_LESS_SQUARE_OF_GROUPS(NormalizationDeviations::groups),
    /** {@link RoundingDeviations#firstInfinite}. */
    GREATEST_BESIDE_INFINITY(RoundingDeviations::firstInfinite),
    /** {@link RoundingDeviations#softplus}. */
    SOFTPLUS_OF_F64(RoundingDeviations::softplus),
    /** {@link RoundingDeviations#sumsOfHalves}. */
    SUMS_OF_HALVES(RoundingDeviations::sumsOfHalves),
    /** {@link RoundingDeviations#halvesInRange}. */
    HALVES_IN_RANGE(RoundingDeviations::halvesInRange),
    /** {@link RoundingDeviations#exponentials}. */
    EXPONENTIALS_OF_HALVES(RoundingDeviations::exponentials);

    private final Predicate<Difference> covers;

    KnownDeviation(Predicate<Difference> covers) {
        this.covers = covers;
    }

    static Optional<KnownDeviation> of(Difference difference) {
        return Arrays.stream(values())
                .filter(each -> each.covers.test(difference))
                .findFirst();
    }
}
