/**
 * What {@code mpclient doctor}, {@code mpserver check} and {@code mpbridge check} tell: findings,
 * and how they are printed. Who looks for them is elsewhere.
 */
package dev.mptunnel.doctor;
