/**
 * The place of the NVIDIA back end: kernel IR to PTX text, and the CUDA driver bound by the
 * foreign function interface. Nothing is implemented yet; no model runs on a GPU.
 */
package dev.quern.ptx;
