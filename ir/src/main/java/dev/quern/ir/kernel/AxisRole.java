package dev.quern.ir.kernel;

/** What the iterations of a loop are to what an unscheduled kernel computes; all that a schedule chooses by. */
public enum AxisRole {
    /** Elements of the result, each visited once. */
    ELEMENT,
    /** Elements of an operand, each put into the result. */
    UPDATE,
    /** Elements of the result that share nothing of what a product or a window reads. */
    BATCH,
    /** Rows of a product: the elements of its second operand are the same for all. */
    ROW,
    /** Columns of a product: the elements of its first operand are the same for all; neighbours lie side by side in the second. */
    COLUMN,
    /** Neighbours lie side by side in all operands and in the result, and little of what one reads serves another. */
    CHANNEL,
    /** Hidden units of a recurrent layer; neighbours lie side by side. */
    UNIT,
    /** Elements that are reduced; in further passes over them too. */
    REDUCED,
    /** Each iteration goes on from what the one before has left. */
    STEP
}
