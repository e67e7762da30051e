/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The addresses that backend connections come from where each session has one
 * of its own (backend-source = per-session).  A backend's PAM_RHOST then names
 * the session, unless somebody else has connected from that address, too, which
 * any local user may: so all such connections are known here, also those that
 * are over (registry/tap.h).
 */
#ifndef HELPER_MONITOR_REGISTRY_SOURCES_H
#define HELPER_MONITOR_REGISTRY_SOURCES_H

#include <stdbool.h>

#include "helper/base/message.h"
#include "status/address.h"

struct tap;
struct sources;
struct source; /* an address that is in use */

/* Takes over `tap`; NULL for tests, which call sources_saw().  NULL when out of
 * memory, and then `tap` is freed. */
struct sources *sources_new(struct tap *tap);

/* Takes NULL.  Returns NULL.  No address is in use any more. */
struct sources *sources_free(struct sources *sources);

/*
 * Draw `count` addresses at random that nobody has connected from, and that no
 * session had for two minutes, or while they were connected.  Returns 0;
 * -EADDRNOTAVAIL when none is found, -EAGAIN while it is not known who has
 * connected, or if `sources` is NULL; -ENOMEM, -EIO without random numbers.
 * Some may be in *list then.
 */
int sources_draw(struct sources *sources, unsigned count,
    struct source *list[static MESSAGE_SOURCES]);

/* Their session is over. */
void sources_release_all(
    struct sources *sources, struct source *list[static MESSAGE_SOURCES]);

/* The address, with port 0. */
struct stssl_address sources_address(const struct source *source);

/* Somebody begins to connect: see tap_next(). */
void sources_saw(struct sources *sources, const struct stssl_connection *c);

/*
 * True when this connection, as the backend sees it, comes from one of these
 * addresses, and nobody ever connected from there besides, as far as everything
 * is known that has happened before the call.
 */
bool sources_has_sole(struct sources *sources,
    struct source *const list[static MESSAGE_SOURCES],
    const struct stssl_connection *connection);

#endif
