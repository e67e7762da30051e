/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What comes to a link's port: an Edge with a session, by TLS; or with data of
 * a session that it has already, and says of which in clear.  The latter goes
 * to the worker that has the session, where TLS shows whether it is true.
 */
#ifndef HELPER_WORKER_LINK_ROUTE_H
#define HELPER_WORKER_LINK_ROUTE_H

struct session;

enum route_result {
	ROUTE_AWAITED, /* its stream is watched for more */
	ROUTE_NONE,    /* TLS may begin: no byte of it is read */
	ROUTE_OVER,    /* the session has ended: it was one for data, or none */
};

/*
 * Look at the first bytes of a client of a link.  The caller has set a
 * deadline.
 */
enum route_result link_route(struct session *s);

#endif
