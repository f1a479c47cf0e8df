/** The CUDA driver, bound by the foreign function interface: {@code libcuda} of the graphics driver and nothing else. */
package dev.quern.ptx.driver;
