/** That one model gives the same bits for one input in every run and every form: the tests, and the program that they run in other JVMs. */
package dev.quern.acceptance.bits;
