/** The interface people program against: load a model, give it tensors, get tensors back. */
package dev.quern;
