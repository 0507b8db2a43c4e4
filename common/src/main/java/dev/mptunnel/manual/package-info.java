/**
 * Makes the manual pages and the shell's completion from the same definitions that the programs
 * read their command lines and files by. The build of the packages runs it; the programs do not.
 */
package dev.mptunnel.manual;
