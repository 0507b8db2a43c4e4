/**
 * Programs that everybody uses, such as curl, ssh, git and a browser, and what they talk to: each
 * does a piece of work that can be checked, directly or through a proxy.
 */
package dev.mptunnel.harness.lab.application;
