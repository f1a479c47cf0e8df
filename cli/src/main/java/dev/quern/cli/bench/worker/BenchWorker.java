package dev.quern.cli.bench.worker;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.cli.onnxruntime.OnnxRuntimeException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;

/** The program of a contender's JVM: answers requests from standard input on standard output until there are no more. */
public final class BenchWorker {
    private RepeatedRun model;
    private long begin;

    private BenchWorker() {}

    public static void main(String[] arguments) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        System.setOut(System.err);
        serve(new DataInputStream(new BufferedInputStream(System.in)), out);
    }

    /** Answers until the requests end or one fails. */
    static void serve(DataInputStream in, DataOutputStream out) throws IOException {
        BenchWorker worker = new BenchWorker();
        Reply reply;
        do {
            Request request;
            try {
                request = Request.read(in);
            } catch (EOFException done) {
                return;
            }
            reply = worker.reply(request);
            reply.write(out);
            out.flush();
        } while (!(reply instanceof Reply.Failed));
    }

    private Reply reply(Request request) {
        try {
            return switch (request) {
                case Request.LoadModel load -> load(load);
                case Request.RunModel run -> run(run);
                case Request.AskResident() -> new Reply.Resident(ResidentMemory.peak());
            };
        } catch (ModelException | OnnxRuntimeException refusal) {
            return new Reply.Failed(true, String.valueOf(refusal.getMessage()));
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError | AssertionError broken) {
            StringWriter text = new StringWriter();
            broken.printStackTrace(new PrintWriter(text));
            return new Reply.Failed(false, text.toString());
        }
    }

    private Reply load(Request.LoadModel load) throws IOException {
        Map<String, Tensor> inputs = SavedInputs.read(load.inputs());
        begin = System.nanoTime();
        model = switch (load.subject()) {
            case Subject.Quern() -> new QuernModel(load.model(), load.threads());
            case Subject.PeerRuntime peer -> new OnnxRuntimeModel(peer, load.model(), load.threads());
        };
        long nanoseconds = System.nanoTime() - begin;
        model.bind(inputs);
        return new Reply.Loaded(nanoseconds);
    }

    private Reply run(Request.RunModel run) {
        long[] starts = new long[64];
        long[] nanoseconds = new long[64];
        int count = 0;
        long from = System.nanoTime();
        do {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
                nanoseconds = Arrays.copyOf(nanoseconds, 2 * count);
            }
            if (run.paired()) {
                model.run();
            }
            long start = System.nanoTime();
            model.run();
            nanoseconds[count] = System.nanoTime() - start;
            starts[count] = start - begin;
            count++;
        } while (count < run.least() || System.nanoTime() - from < run.nanoseconds());
        return new Reply.TimedRuns(Arrays.copyOf(starts, count), Arrays.copyOf(nanoseconds, count));
    }
}
