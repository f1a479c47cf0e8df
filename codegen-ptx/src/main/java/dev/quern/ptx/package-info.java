/** The NVIDIA back end: kernel IR to PTX text. */
package dev.quern.ptx;
