/**
 * Configuration files and command lines: one definition per setting, from which parsing, checking
 * and help are made.
 */
package dev.mptunnel.config;
