/**
 * The lab: network namespaces, real OpenVPN, real TCP, and tunnels to compare on the same lossy
 * lines. It needs root and the packages that {@link dev.mptunnel.harness.lab.Requirements} names.
 * Nothing here is part of the product.
 */
package dev.mptunnel.harness.lab;
