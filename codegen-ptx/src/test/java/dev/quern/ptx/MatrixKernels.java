package dev.quern.ptx;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.text.Parser;

/** A contraction of 16-bit floats by matrix instructions: blocks of 128 by 128, copies that run ahead. */
final class MatrixKernels {
    private static final String PRODUCT = """
            kernel product template contraction
                symbols s
                reads a: TYPE[s, 512]
                reads b: TYPE[512, 256]
                writes y: TYPE[s, 256] {
              for m0 in 0..s {
                for n0 in 0..256 {
                  alloc acc: f32[] {
                    acc[] = 0.0
                    for k0 in 0..512 {
                      acc[] +=fma f32(a[m0, k0])*f32(b[k0, n0])
                    }
                    y[m0, n0] = TYPE(acc[])
                  }
                }
              }
            }
            """;

    private static final String SCHEDULE = """
            schedule {
              split n0 128 mask;
              split n0.i 64 exact;
              split n0.i.i 16 exact;
              split m0 128 mask;
              split m0.i 64 exact;
              split m0.i.i 16 exact;
              split k0 32 exact;
              reorder m0.o n0.o m0.i.o n0.i.o m0.i.i.o n0.i.i.o m0.i.i.i n0.i.i.i;
              bind m0.o block;
              bind n0.o block;
              sink n0.i.i.i;
              sink m0.i.i.i;
              sink n0.i.i.o;
              sink m0.i.i.o;
              sink n0.i.o;
              sink m0.i.o;
              reorder k0.i n0.i.o n0.i.i.o n0.i.i.i m0.i.o m0.i.i.o m0.i.i.i;
              stage_input k0.o 1 shared 0;
              pack input1 layout (32:128) (2:64) (4:16) (16:1) swizzle(3, 3, 4);
              reorder m0.i.o m0.i.i.o m0.i.i.i k0.i n0.i.o n0.i.i.o n0.i.i.i;
              stage_input k0.o 0 shared 0;
              pack input0 layout (2:2048) (4:512) (16:32) (32:1) swizzle(2, 3, 3);
              pack acc layout (2:512) (2:256) (4:4096) (4:1024) (8:32, 2:2) (2:1, 4:8, 2:4);
              overrun k0.o;
              split k0.i 16 exact;
              reorder m0.i.o n0.i.o k0.i.o m0.i.i.o n0.i.i.o k0.i.i m0.i.i.i n0.i.i.i;
              tensorise k0.i.i mma.m16n16k16.bf16;
              split m0.i.i.i.0 8 exact;
              split m0.i.i.i.2 8 exact;
              split n0.i.i.i.0 8 exact;
              split n0.i.i.i.2 8 exact;
              split n0.i.i.i.i 2 exact;
              reorder m0.i.o n0.i.o m0.i.i.i.i n0.i.i.i.i.o m0.i.i.o n0.i.i.o m0.i.i.i.o n0.i.i.i.o n0.i.i.i.i.i;
              fuse m0.i.i.i.i n0.i.i.i.i.o lane;
              bind lane lane;
              vectorise n0.i.i.i.i.i;
              fuse m0.i.o n0.i.o warp;
              bind warp warp;
              fuse input0.s0 input0.s1 copy0.p;
              fuse copy0.p input0.s2 copy0.pp;
              fuse copy0.pp input0.s3 copy0.ppp;
              split copy0.ppp 8 exact;
              split copy0.ppp.o 128 mask;
              reorder copy0.ppp.o.i copy0.ppp.o.o copy0.ppp.i;
              bind copy0.ppp.o.i thread;
              vectorise copy0.ppp.i;
              unroll copy0.ppp.o.o;
              fuse input1.s0 input1.s1 copy1.p;
              fuse copy1.p input1.s2 copy1.pp;
              fuse copy1.pp input1.s3 copy1.ppp;
              split copy1.ppp 8 exact;
              split copy1.ppp.o 128 mask;
              reorder copy1.ppp.o.i copy1.ppp.o.o copy1.ppp.i;
              bind copy1.ppp.o.i thread;
              vectorise copy1.ppp.i;
              unroll copy1.ppp.o.o;
              pipeline k0.o 4;
              unroll m0.i.i.i.o;
              unroll n0.i.i.i.o;
              unroll k0.i.o;
              unroll m0.i.i.o;
              unroll n0.i.i.o;
            }
            """;

    private MatrixKernels() {}

    /** The contraction of {@code type}, {@code bf16} or {@code f16}. */
    static Kernel product(String type) {
        return Scheduler.apply(
                Parser.parseKernel(PRODUCT.replace("TYPE", type)),
                Parser.parseSchedule(SCHEDULE.replace("bf16", type)),
                PtxTargets.of("sm_80"));
    }
}
