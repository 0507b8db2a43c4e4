/**
 * {@code mpclient doctor}: a {@link dev.mptunnel.client.doctor.Trial} asks each bridge, what it saw
 * is an {@link dev.mptunnel.client.doctor.Observation}, and what all of these mean, a {@link
 * dev.mptunnel.client.doctor.Diagnosis} says, which knows no socket.
 */
package dev.mptunnel.client.doctor;
