/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The listening sockets for clients: bound here, or handed in by systemd.
 */
#ifndef HELPER_MONITOR_LISTENERS_H
#define HELPER_MONITOR_LISTENERS_H

#include <stddef.h>
#include <stdint.h>

#include "setup/config.h"

struct listening {
	int fd;            /* not blocking, close-on-exec */
	uint32_t listener; /* index into helper_config.listeners */
};

struct listeners {
	struct listening *list;
	size_t count;
};

/*
 * Open all.  A listener that systemd (sd_listen_fds(3)) has sockets for, by
 * its name, takes these instead of its addresses.  Each is logged with the
 * port that it got.  Returns 0 and *ret, to be closed by listeners_close(); or
 * a negative errno, -EINVAL when what systemd hands in does not fit the
 * configuration, after it was logged.
 */
int listeners_open(const struct helper_config *config, struct listeners *ret);

/* Close what is open (fd is not -1) and free the list.  May be called twice. */
void listeners_close(struct listeners *listeners);

#endif
