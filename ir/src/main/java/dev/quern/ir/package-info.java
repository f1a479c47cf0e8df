/** Types and shapes shared by both levels of the intermediate representation. */
package dev.quern.ir;
