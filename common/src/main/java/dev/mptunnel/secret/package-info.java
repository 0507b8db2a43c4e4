/**
 * Secrets as people see them: their text, the files that hold them, and who was invited. What the
 * core needs of it are the keys that derive from a secret, and a {@link
 * dev.mptunnel.crypto.ClientDirectory}.
 *
 * <p>No message shows a secret, nor a part of one.
 */
package dev.mptunnel.secret;
