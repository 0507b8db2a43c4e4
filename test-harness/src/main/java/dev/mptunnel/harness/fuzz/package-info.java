/**
 * Coverage-guided fuzzing with Jazzer: one {@link FuzzTarget} for every parser, listed in {@link
 * FuzzTargets}. A target states what must hold for any bytes whatever; the fuzzer, which sees what
 * code an input reaches and what it is compared with, looks for bytes for which it does not.
 */
package dev.mptunnel.harness.fuzz;
