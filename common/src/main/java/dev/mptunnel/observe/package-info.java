/** What the programs show of themselves: figures as tables for people. */
package dev.mptunnel.observe;
