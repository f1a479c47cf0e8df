/** Single nodes of every operator with operands and attributes that hardly fit, for tests of how they are refused. */
package dev.quern.acceptance.misuse;
