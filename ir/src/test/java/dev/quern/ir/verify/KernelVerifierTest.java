package dev.quern.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Reductions;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each rule of {@link KernelVerifier} broken, in kernels that read x: f32[n, 8] and i: i64[n] and write y: f32[n]. */
class KernelVerifierTest {
    private static final Dim N = Dim.symbol("n");
    private static final Dim I = Dim.symbol("i");
    private static final Expr ONE = Expr.Immediate.of(1f);
    private static final Expr TRUE = Expr.Immediate.of(true);

    private static Kernel kernel(Stmt body) {
        List<Buffer> parameters = List.of(
                Buffer.global("x", DType.F32, Shape.of(N, Dim.of(8))),
                Buffer.global("i64s", DType.I64, Shape.of(N)),
                Buffer.global("y", DType.F32, Shape.of(N)));
        return new Kernel("k", "t", List.of("n"), parameters, 1, body);
    }

    private static Stmt loop(Stmt body) {
        return loop(LoopKind.SERIAL, N, body);
    }

    private static Stmt loop(LoopKind kind, Dim extent, Stmt body) {
        return new Stmt.For("i", extent, kind, body);
    }

    private static Stmt store(Dim index, Expr value) {
        return new Stmt.Store("y", List.of(index), value);
    }

    private static Expr load(Dim row, Dim column) {
        return new Expr.Load("x", List.of(row, column), DType.F32);
    }

    private static void expect(String message, Kernel kernel) {
        assertEquals(
                message,
                assertThrows(InvalidIrException.class, () -> KernelVerifier.verify(kernel))
                        .getMessage());
    }

    private static void expect(String message, Stmt body) {
        expect(message, kernel(body));
    }

    private static void expectOf(Expr value, String message) {
        expect("kernel k, for i, store to y: " + message, loop(store(I, new Expr.Conversion(DType.F32, value))));
    }

    @Test
    void acceptsAKernelThatObeys() {
        KernelVerifier.verify(kernel(loop(LoopKind.PARALLEL, N, store(I, load(I, Dim.of(7))))));
        Stmt guarded = new Stmt.Guard(List.of(I.minus(1)), store(I.minus(1), ONE), Stmt.NOTHING);
        KernelVerifier.verify(kernel(loop(guarded)));
        Stmt never = new Stmt.Guard(List.of(Dim.of(-1)), store(I, load(I, Dim.of(8))), Stmt.NOTHING);
        KernelVerifier.verify(kernel(loop(never)));
        Stmt empty = new Stmt.For(
                "j", Dim.ZERO, LoopKind.SERIAL, store(Dim.symbol("j").minus(1), ONE));
        KernelVerifier.verify(kernel(empty));
        Expr index = new Expr.Load("i64s", List.of(I), DType.I64);
        KernelVerifier.verify(kernel(
                loop(new Stmt.Let("p", index, store(Dim.symbol("p").minus(3), ONE)))));
    }

    @Test
    void roles() {
        Kernel kernel = kernel(loop(store(I, load(I, Dim.of(7)))));
        KernelVerifier.verify(kernel.with(new Roles(Map.of("i", AxisRole.ELEMENT), Optional.of("x"))));
        expect(
                "kernel k: axis: expected a loop of the kernel, found j",
                kernel.with(new Roles(Map.of("j", AxisRole.ROW), Optional.empty())));
        expect("kernel k: relays: expected an operand, found y", kernel.with(new Roles(Map.of(), Optional.of("y"))));
    }

    @Test
    void names() {
        expect("kernel k, for i, for i: name: expected one that nothing else has, found i", loop(loop(store(I, ONE))));
        expect(
                "kernel k, for n: name: expected one that nothing else has, found n",
                new Stmt.For("n", Dim.ONE, LoopKind.SERIAL, Stmt.NOTHING));
        expect(
                "kernel k, alloc x: name: expected one that nothing else has, found x",
                new Stmt.Allocate(Buffer.register("x", DType.F32, Shape.of(1)), Stmt.NOTHING));
        expect(
                "kernel k, let y: name: expected one that nothing else has, found y",
                new Stmt.Let("y", Expr.Immediate.of(1L), Stmt.NOTHING));
        Buffer y = Buffer.global("y", DType.F32, Shape.SCALAR);
        expect(
                "kernel k, parameter y: name: expected one that nothing else has, found y",
                new Kernel("k", "t", List.of(), List.of(y, y), 1, Stmt.NOTHING));
        expect(
                "kernel k: name: expected one that nothing else has, found n",
                new Kernel("k", "t", List.of("n", "n"), List.of(y), 1, Stmt.NOTHING));
    }

    @Test
    void visibleNames() {
        expect(
                "kernel k, store to y: name in i + 1: expected a symbol, loop or bound integer, found i",
                store(I.plus(1), ONE));
        expect(
                "kernel k, for i: name in m: expected a symbol, loop or bound integer, found m",
                loop(LoopKind.SERIAL, Dim.symbol("m"), Stmt.NOTHING));
        expect(
                "kernel k, if: name in m: expected a symbol, loop or bound integer, found m",
                new Stmt.Guard(List.of(Dim.symbol("m")), Stmt.NOTHING, Stmt.NOTHING));
        expect(
                "kernel k, parameter y: name in m: expected a symbol, loop or bound integer, found m",
                new Kernel(
                        "k",
                        "t",
                        List.of(),
                        List.of(Buffer.global("y", DType.F32, Shape.of(Dim.symbol("m")))),
                        1,
                        Stmt.NOTHING));
        expectOf(
                new Expr.Index(Dim.symbol("j"), DType.I64),
                "name in j: expected a symbol, loop or bound integer, found j");
    }

    @Test
    void buffers() {
        expectOf(
                new Expr.Load("z", List.of(I), DType.F32),
                "buffer: expected a parameter or an allocation around this, found z");
        Stmt outside = new Stmt.Block(List.of(
                new Stmt.Allocate(Buffer.register("t", DType.F32, Shape.SCALAR), Stmt.NOTHING),
                new Stmt.Store("t", List.of(), ONE)));
        expect("kernel k, store to t: buffer: expected a parameter or an allocation around this, found t", outside);
        expectOf(new Expr.Load("x", List.of(I), DType.F32), "indices of x: expected 2, found 1");
        expect(
                "kernel k, for i, store to x: target: expected a result or an allocation, found the input x",
                loop(new Stmt.Store("x", List.of(I, Dim.ZERO), ONE)));
    }

    @Test
    void memory() {
        expect(
                "kernel k, alloc t: memory: expected registers or shared memory, found GLOBAL",
                new Stmt.Allocate(Buffer.global("t", DType.F32, Shape.of(1)), Stmt.NOTHING));
        expect(
                "kernel k, parameter y: memory: expected GLOBAL, found REGISTER",
                new Kernel(
                        "k", "t", List.of(), List.of(Buffer.register("y", DType.F32, Shape.of(1))), 1, Stmt.NOTHING));
        expect(
                "kernel k, alloc t: shape in registers: expected constant extents, found [n]",
                new Stmt.Allocate(Buffer.register("t", DType.F32, Shape.of(N)), Stmt.NOTHING));
        Layout layout = Layout.strided(Shape.of(4), List.of(N));
        expect(
                "kernel k, alloc t: layout in registers: expected constant strides, found [[4:n]]",
                new Stmt.Allocate(Buffer.register("t", DType.F32, Shape.of(4)).withLayout(layout), Stmt.NOTHING));
        Buffer shared = new Buffer(
                "t",
                DType.F32,
                Shape.of(N),
                new Layout(List.of(List.of(new Layout.Mode(N, Dim.ONE))), Optional.of(new Layout.Swizzle(1, 2, 3))),
                MemorySpace.SHARED,
                Buffer.Storage.ARRAY);
        KernelVerifier.verify(kernel(new Stmt.Allocate(shared, Stmt.NOTHING)));
    }

    @Test
    void types() {
        expectOf(
                new Expr.Load("x", List.of(I, Dim.ZERO), DType.F64),
                "type of the load from x: expected f32, found f64");
        expect(
                "kernel k, for i, store to y: type of the value: expected f32, found i64",
                loop(store(I, Expr.Immediate.of(1L))));
        expectOf(new Expr.UnaryOperation(UnaryOp.NOT, ONE), "operand of NOT: expected a boolean, found f32");
        expectOf(new Expr.UnaryOperation(UnaryOp.BIT_NOT, ONE), "operand of BIT_NOT: expected an integer, found f32");
        expectOf(new Expr.UnaryOperation(UnaryOp.NEG, TRUE), "operand of NEG: expected a number, found bool");
        expectOf(
                new Expr.UnaryOperation(UnaryOp.EXP, Expr.Immediate.of(1L)),
                "operand of EXP: expected a floating-point number, found i64");
        expectOf(new Expr.BinaryOperation(BinaryOp.ADD, TRUE, TRUE), "operands of ADD: expected numbers, found bool");
        expectOf(
                new Expr.BinaryOperation(BinaryOp.AND, ONE, ONE),
                "operands of AND: expected booleans or integers, found f32");
        expectOf(
                new Expr.BinaryOperation(BinaryOp.SHIFT_LEFT, TRUE, TRUE),
                "operands of SHIFT_LEFT: expected integers, found bool");
        expectOf(new Expr.Fma(TRUE, TRUE, TRUE), "operands of FMA: expected numbers, found bool");
        expectOf(new Expr.Index(I, DType.BOOL), "type of index(i): expected a number, found bool");
        expectOf(
                new Expr.Reinterpretation(DType.I64, ONE),
                "width of a bitcast to i64: expected 32 bits, found 64 bits");
        expectOf(new Expr.Immediate(DType.STRING, 0), "type of a constant: expected a number or boolean, found string");
        expectOf(new Expr.Conversion(DType.C64, ONE), "target of a cast: expected a real number or boolean, found c64");
        expect("kernel k, let p: bound value: expected an integer, found f32", new Stmt.Let("p", ONE, Stmt.NOTHING));
    }

    @Test
    void reductions() {
        expect(
                "kernel k, for i, reduction into y: type of the value: expected f32, found i64",
                loop(Stmt.ReduceInto.fma("y", List.of(I), Expr.Immediate.of(1L), Expr.Immediate.of(1L))));
        expect(
                "kernel k, for i, reduction into y: type of the input b: expected f32, found i64",
                loop(new Stmt.ReduceInto("y", List.of(I), Reductions.fma(DType.F32), ONE, Expr.Immediate.of(1L))));
        expect(
                "kernel k, for i, reduction into y: type joined by OR: expected a boolean or an integer, found f32",
                loop(new Stmt.ReduceInto("y", List.of(I), Combiner.OR, ONE)));
        Buffer flag = Buffer.register("t", DType.BOOL, Shape.SCALAR);
        expect(
                "kernel k, alloc t, reduction into t: type joined by ADD: expected a number, found bool",
                new Stmt.Allocate(flag, new Stmt.ReduceInto("t", List.of(), Combiner.SUM, TRUE)));
    }

    @Test
    void loops() {
        expect(
                "kernel k, for i: parallel loop: expected it to be the whole body, found it inside other statements",
                new Stmt.Block(List.of(loop(LoopKind.PARALLEL, N, Stmt.NOTHING))));
        expect(
                "kernel k, for i: extent of a VECTOR loop: expected a constant, found n",
                loop(LoopKind.VECTOR, N, Stmt.NOTHING));
        expect(
                "kernel k, for i: extent of a UNROLL loop: expected a constant, found n",
                loop(LoopKind.UNROLL, N, Stmt.NOTHING));
    }

    @Test
    void bounds() {
        expect(
                "kernel k, for i, store to y: index 0 of y: expected less than n, found i + 1, which reaches n",
                loop(store(I.plus(1), ONE)));
        expect(
                "kernel k, for i, store to y: index 0 of y: expected at least 0, found i - 1, which reaches -1",
                loop(store(I.minus(1), ONE)));
        expectOf(load(I, Dim.of(8)), "index 1 of x: expected less than 8, found 8");
        expect(
                "kernel k, for i, if, store to y: index 0 of y: expected less than n, found i + n",
                loop(new Stmt.Guard(List.of(I), store(I.plus(N), ONE), Stmt.NOTHING)));
    }

    private static Stmt.For grid(String name, LoopKind kind, long extent, Stmt body) {
        return new Stmt.For(name, Dim.of(extent), kind, body);
    }

    private static Stmt atZero(Expr value) {
        return store(Dim.ZERO, value);
    }

    @Test
    void acceptsAGrid() {
        Buffer shared = new Buffer(
                "s",
                DType.F32,
                Shape.of(Dim.of(32)),
                Layout.rowMajor(Shape.of(Dim.of(32))),
                MemorySpace.SHARED,
                Buffer.Storage.ARRAY);
        Stmt write = new Stmt.Store("s", List.of(Dim.symbol("t")), ONE);
        Stmt read = store(Dim.symbol("u"), new Expr.Load("s", List.of(Dim.of(31).minus(Dim.symbol("u"))), DType.F32));
        Stmt block = new Stmt.Allocate(
                shared,
                new Stmt.Block(List.of(grid("t", LoopKind.THREAD, 32, write), grid("u", LoopKind.THREAD, 32, read))));
        KernelVerifier.verify(kernel(new Stmt.Block(List.of(
                new Stmt.For("b", N, LoopKind.BLOCK, block),
                new Stmt.For(
                        "c",
                        N,
                        LoopKind.BLOCK,
                        grid("w", LoopKind.WARP, 4, grid("l", LoopKind.LANE, 32, store(Dim.symbol("c"), ONE))))))));
    }

    @Test
    void blocksStandAtTheTop() {
        expect(
                "kernel k, for b: place of a loop over blocks: expected the top of the kernel, found one inside [SERIAL]",
                loop(grid("b", LoopKind.BLOCK, 2, store(I, ONE))));
    }

    @Test
    void threadsStandInNoOtherThreads() {
        expect(
                "kernel k, for u: place of a loop over threads: expected one inside no other, found one inside [THREAD]",
                grid("t", LoopKind.THREAD, 2, grid("u", LoopKind.THREAD, 2, atZero(ONE))));
    }

    @Test
    void aBlockHasAtMost1024Threads() {
        expect(
                "kernel k, for t: extent of a THREAD loop: expected at most 1024, found 1025",
                grid("t", LoopKind.THREAD, 1025, atZero(ONE)));
        expect(
                "kernel k, for i: extent of a THREAD loop: expected a constant, found n",
                loop(LoopKind.THREAD, N, store(I, ONE)));
    }

    @Test
    void lanesStandInWarps() {
        expect(
                "kernel k, for l: place of a loop over lanes: expected one inside a loop over warps, found one inside []",
                grid("l", LoopKind.LANE, 32, atZero(ONE)));
        expect(
                "kernel k, for l: extent of a LANE loop: expected at most 32, found 33",
                grid("w", LoopKind.WARP, 1, grid("l", LoopKind.LANE, 33, atZero(ONE))));
    }

    @Test
    void gridsAreRectangular() {
        expect(
                "kernel k, for i: extent of a BLOCK loop: expected one over symbols alone, found b + 1",
                grid(
                        "b",
                        LoopKind.BLOCK,
                        2,
                        loop(LoopKind.BLOCK, Dim.symbol("b").plus(1), atZero(ONE))));
    }
}
