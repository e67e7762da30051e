/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What can be wrong with the header of the PROXY protocol.
 */
#ifndef HELPER_BASE_PROXY_FAULT_H
#define HELPER_BASE_PROXY_FAULT_H

/* The name of a fault, and its word in the log. */
#define PROXY_FAULTS(X)                                            \
	X(NONE, "none")                                            \
	X(GONE, "gone")        /* the end came before any byte */  \
	X(ABSENT, "no-header") /* the first bytes are no header */ \
	X(VERSION, "version")  /* or a command that is unknown */  \
	X(FAMILY, "family")    /* not TCP over IPv4 or IPv6 */     \
	X(LENGTH, "length")    /* too long, or too short */        \
	X(FORMAT, "format")                                        \
	X(ADDRESS, "address") /* no client can have it */          \
	X(CHECKSUM, "checksum")                                    \
	X(TRUNCATED, "truncated") /* the end came inside of it */  \
	X(TIMEOUT, "timeout")

enum proxy_fault {
#define X(name, word) PROXY_##name,
	PROXY_FAULTS(X)
#undef X
	PROXY_FAULT_COUNT
};

#endif
