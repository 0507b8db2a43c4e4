/** The log on stderr: one line per event. All else speaks to SLF4J alone. */
package dev.mptunnel.log;
