/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TCP connections that this process holds: one of them is the client's.
 */
#ifndef PAM_STSSL_CONNECTION_H
#define PAM_STSSL_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "status/address.h"
#include "status/query.h"

struct connections {
	struct stssl_connection list[STSSL_QUERY_KEYS];
	size_t count;
	bool has_stdin;    /* list[0] is descriptor 0's */
	bool is_listening; /* it has a socket that listens, of any kind */
	bool is_shared; /* and of those accepted there more than one client */
};

/*
 * Collect the connected INET and INET6 stream sockets among this process's
 * descriptors, each connection once, descriptor 0 first: inetd-like daemons
 * have the client there.  One that was reset counts, with a peer of all zero.
 * Opens no descriptor that outlives the call.
 * Returns 0; -E2BIG when there are more than fit, for then the right one might
 * be missing; or what opendir(3) and readdir(3) say of /proc/self/fd.
 */
int connections_find(struct connections *ret);

/*
 * For a process that holds none: PAM_RHOST, `rhost`, may be the address that a
 * session's backend connection alone comes from, stssl-helper.conf(5).  Then
 * there is one connection, of which nothing but this address is known: its
 * ports are 0.  Returns 0, also when rhost is NULL or anything else; or what
 * socket(2) says.
 */
int connections_by_source(const char *rhost, struct connections *ret);

#endif
