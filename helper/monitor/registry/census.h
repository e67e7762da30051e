/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many sessions there are, for each listener and for each address that
 * clients come from: its source, see helper/base/source.h.
 */
#ifndef HELPER_MONITOR_REGISTRY_CENSUS_H
#define HELPER_MONITOR_REGISTRY_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/address.h"

struct census_count {
	size_t sessions;
	size_t newcomers; /* of them: not authenticated yet */
};

/* All zero is an empty one, and it is empty when all have left. */
struct census {
	void *counts;
};

/* A newcomer.  Returns 0 or -ENOMEM, and then nobody is counted. */
int census_enter(
    struct census *census, uint32_t listener, const struct stssl_address *peer);

/* One who had entered is a newcomer no more. */
void census_welcome(
    struct census *census, uint32_t listener, const struct stssl_address *peer);

/* One who had entered leaves. */
void census_leave(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer);

/*
 * One who had entered is counted for the whole listener only, from now on with
 * `peer` NULL in the calls above; and for this address again.  The latter
 * returns 0 or -ENOMEM, and then nothing has changed.
 */
void census_detach(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer);
int census_attach(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer);

/* Of a whole listener, with `peer` NULL, or of this client's address. */
struct census_count census_of(const struct census *census, uint32_t listener,
    const struct stssl_address *peer);

#endif
