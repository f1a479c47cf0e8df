package dev.quern.cli.onnxruntime;

/**
 * How ONNX Runtime runs a model.
 *
 * @param threads threads of one operator; operators run one after the other
 * @param optimised whether its graph is optimised, with all that ONNX Runtime has, or left as the file has it
 * @param stopsSpinning whether its threads stop spinning for work when a run ends
 *     ({@code session.force_spinning_stop}); by its own setting they go on for some time, at the cost of whoever runs next
 */
public record SessionSettings(int threads, boolean optimised, boolean stopsSpinning) {}
