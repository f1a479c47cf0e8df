package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.text.Parser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kernels scheduled for a grid, by name. */
final class GridKernels {
    private static final String TRAVERSAL = """
            kernel traversal template traversal
                symbols n
                reads x: f32[n]
                reads scale: f32[1]
                writes y: f32[n] {
              for i in 0..n {
                y[i] = tanh(x[i]*scale[0])
              }
            }
            """;

    private static final String SOFTMAX = """
            kernel softmax template softmax
                symbols R, C
                reads x: f32[R, C]
                writes y: f32[R, C] {
              for r in 0..R {
                alloc top: f32[] {
                  top[] = -inf
                  for c in 0..C {
                    top[] max= x[r, c]
                  }
                  alloc sum: f32[] {
                    sum[] = 0.0
                    for e in 0..C {
                      y[r, e] = exp(x[r, e] - top[])
                      sum[] += y[r, e]
                    }
                    for d in 0..C {
                      y[r, d] = y[r, d]/sum[]
                    }
                  }
                }
              }
            }
            """;

    private static final String ARGUMENT = """
            kernel argument template argument
                symbols R, C
                reads x: f32[R, C]
                writes y: i32[R]
                reduction arg_max(best: f32, place: i32) reorderable {
                  best: f32 = -inf
                  place: i32 = 2147483647
                  lift {
                    best = best[]
                    place = place[]
                  }
                  join {
                    let taken = or(right.best[] > left.best[], and(right.best[] == left.best[], right.place[] < left.place[]))
                    best = select(taken[], right.best[], left.best[])
                    place = select(taken[], right.place[], left.place[])
                  }
                } {
              for r in 0..R {
                alloc best: f32[] {
                  alloc place: i32[] {
                    best[] = -inf
                    place[] = 0:i32
                    for c in 0..C {
                      into (best[], place[]) arg_max(x[r, c], index(c):i32)
                    }
                    y[r] = place[]
                  }
                }
              }
            }
            """;

    private GridKernels() {}

    /** All of them. */
    static Map<String, Kernel> all() {
        Map<String, Kernel> kernels = new LinkedHashMap<>();
        kernels.put("traversal", scheduled(Parser.parseKernel(TRAVERSAL), "i"));
        kernels.put("softmax", scheduled(Parser.parseKernel(SOFTMAX), "r"));
        kernels.put("argument", scheduled(Parser.parseKernel(ARGUMENT), "r"));
        kernels.put("shared", shared());
        kernels.put("casts", scheduled(casts(), "i"));
        return kernels;
    }

    private static Kernel scheduled(Kernel kernel, String loop) {
        Schedule schedule = new Schedule(List.of(
                new Step.Split(loop, 64, Step.Tail.MASK),
                new Step.Bind(loop + ".o", LoopKind.BLOCK),
                new Step.Bind(loop + ".i", LoopKind.THREAD)));
        return ExpandMath.expand(Scheduler.apply(kernel, schedule, PtxTargets.of("sm_75")));
    }

    /** Each block turns 32 elements round, through memory that its threads share, warp by warp into the result. */
    private static Kernel shared() {
        Shape shape = Shape.of(Dim.symbol("n"), Dim.of(64));
        Buffer turned = new Buffer(
                "turned",
                DType.F32,
                Shape.of(Dim.of(64)),
                dev.quern.ir.Layout.rowMajor(Shape.of(Dim.of(64))),
                dev.quern.ir.kernel.MemorySpace.SHARED,
                Buffer.Storage.ARRAY);
        Dim block = Dim.symbol("b");
        Dim at = Dim.symbol("w").times(32).plus(Dim.symbol("l"));
        Stmt write = new Stmt.For(
                "t",
                Dim.of(64),
                LoopKind.THREAD,
                new Stmt.Store(
                        "turned",
                        List.of(Dim.of(63).minus(Dim.symbol("t"))),
                        new Expr.Load("x", List.of(block, Dim.symbol("t")), DType.F32)));
        Stmt lanes = new Stmt.For(
                "l",
                Dim.of(32),
                LoopKind.LANE,
                new Stmt.Store("y", List.of(block, at), new Expr.Load("turned", List.of(at), DType.F32)));
        Stmt read = new Stmt.For("w", Dim.of(2), LoopKind.WARP, lanes);
        Stmt body = new Stmt.Allocate(turned, new Stmt.Block(List.of(write, read)));
        return new Kernel(
                "shared",
                "turn",
                List.of("n"),
                List.of(Buffer.global("x", DType.F32, shape), Buffer.global("y", DType.F32, shape)),
                1,
                new Stmt.For("b", Dim.symbol("n"), LoopKind.BLOCK, body));
    }

    /** Every conversion that there is. */
    private static Kernel casts() {
        List<DType> types = List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL);
        Shape shape = Shape.of(Dim.symbol("n"));
        List<Dim> at = List.of(Dim.symbol("i"));
        List<Buffer> reads = new ArrayList<>();
        List<Buffer> writes = new ArrayList<>();
        List<Stmt> stores = new ArrayList<>();
        for (DType from : types) {
            reads.add(Buffer.global("from " + from, from, shape));
            for (DType to : types) {
                String result = from + " to " + to;
                writes.add(Buffer.global(result, to, shape));
                stores.add(
                        new Stmt.Store(result, at, new Expr.Conversion(to, new Expr.Load("from " + from, at, from))));
            }
        }
        List<Buffer> parameters = new ArrayList<>(reads);
        parameters.addAll(writes);
        return new Kernel(
                "casts",
                "traversal",
                List.of("n"),
                parameters,
                writes.size(),
                new Stmt.For("i", Dim.symbol("n"), LoopKind.SERIAL, new Stmt.Block(stores)));
    }
}
