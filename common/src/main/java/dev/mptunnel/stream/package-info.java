/**
 * TCP connections striped over many tunnels, sans-IO as {@link dev.mptunnel.core} is: each end of a
 * session has a {@link dev.mptunnel.stream.Striper}, which cuts what applications write into
 * chunks, gives each to the tunnel that will bring it first, and puts what arrives in order.
 */
package dev.mptunnel.stream;
