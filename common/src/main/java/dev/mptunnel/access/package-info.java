/**
 * What clients may have the server dial beyond its targets: rules, and the addresses that no rule
 * means by accident. Pure: nothing here resolves or dials.
 */
package dev.mptunnel.access;
