/**
 * What {@code mpclient doctor}, {@code mpserver check} and {@code bridge check} tell: findings, and
 * how they are printed. Who looks for them is elsewhere.
 */
package dev.mptunnel.doctor;
