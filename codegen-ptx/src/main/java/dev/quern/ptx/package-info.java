/** The NVIDIA back end: kernel IR to PTX text. So far there is the driver's binding alone; no model runs on a GPU. */
package dev.quern.ptx;
