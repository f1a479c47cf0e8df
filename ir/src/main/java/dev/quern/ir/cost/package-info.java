/** What a kernel costs at given sizes: operations and memory traffic, counted from its loops. */
package dev.quern.ir.cost;
