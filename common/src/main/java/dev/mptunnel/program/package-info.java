/** The frame that mpclient, mpserver and bridge share: from the command line to the exit status. */
package dev.mptunnel.program;
