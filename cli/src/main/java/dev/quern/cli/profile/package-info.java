/** Where a run's time goes, kernel by kernel, and how near each kernel is to what the machine could do. */
package dev.quern.cli.profile;
