/** Compiled models as bytes: kept on disk between processes, or shipped as a file. */
package dev.quern.runtime.archive;
