/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sees who connects from an address of stssl_address_is_source() on this
 * machine: the first segment (SYN) of each TCP connection, before TCP itself
 * has it.  So whoever accepts a connection finds it told here already, and one
 * that was reset since is told as well.
 */
#ifndef HELPER_MONITOR_REGISTRY_TAP_H
#define HELPER_MONITOR_REGISTRY_TAP_H

#include <stdbool.h>

#include "status/address.h"

struct tap;

/*
 * A packet socket (packet(7)) at the loopback interface, whose filter lets
 * through nothing else and cannot be changed.  It needs CAP_NET_RAW now, and
 * nothing later.
 * Returns 0; -EPERM without that capability; or what socket(2), setsockopt(2),
 * mmap(2) and bind(2) say.
 */
int tap_open(struct tap **ret);

/* Takes NULL.  Returns NULL.  A child process that frees it takes nothing. */
struct tap *tap_free(struct tap *tap);

/*
 * Take the next: `local` is who connects, `peer` where to; netns is 0.
 * Returns 1; 0 when all that had come before the call were taken; -EAGAIN when
 * one is still being written, and others behind it are not told.
 */
int tap_next(struct tap *tap, struct stssl_connection *ret);

/* True when some were lost since the last time, or it cannot be told. */
bool tap_has_lost(struct tap *tap);

#endif
