/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks web servers, many at a time, by libcurl in an event loop.  HTTP only,
 * and nothing that a server or the environment could turn it to: no redirect,
 * proxy, cookie or password.
 */
#ifndef HELPER_INQUIRER_FETCH_H
#define HELPER_INQUIRER_FETCH_H

#include <ev.h>
#include <stddef.h>

/* Longer bodies are a failure. */
#define FETCH_MAX 65536
/* Connections to one host, and in all; more fetches wait for a free one. */
#define FETCH_PER_HOST 8
#define FETCH_TOTAL    64

struct fetcher;
struct fetch;

/* NULL when out of memory.  Once in a process. */
struct fetcher *fetcher_new(struct ev_loop *loop);

/* Takes NULL.  Returns NULL.  All fetches are over before. */
struct fetcher *fetcher_free(struct fetcher *fetcher);

/* A request; copied.  The types are media types. */
struct fetch_params {
	const char *url;
	const char *type, *accepted_type;
	const void *body;
	size_t len;
	/*
	 * Called once, from the event loop, unless it is cancelled: with the
	 * body of an answer 200, or NULL and why there is none.  The fetch is
	 * over afterwards.
	 */
	void (*done)(void *owner, const unsigned char *body, size_t len,
	    const char *why);
	void *owner;
};

/* POST.  There is no deadline: cancel it.  NULL when out of memory. */
struct fetch *fetch_post(
    struct fetcher *fetcher, const struct fetch_params *params);

/* End it at once.  Takes NULL.  Returns NULL. */
struct fetch *fetch_cancel(struct fetch *fetch);

#endif
