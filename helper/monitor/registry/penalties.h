/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Penalties of sources, like sshd's PerSourcePenalties: what goes wrong costs
 * time, which adds up, and a source with more than refuse-above of it to go is
 * not let in.  A source is an IPv4 address or an IPv6 network of 64 bits.
 */
#ifndef HELPER_MONITOR_REGISTRY_PENALTIES_H
#define HELPER_MONITOR_REGISTRY_PENALTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/penalties.h"
#include "status/address.h"

struct penalties;

/*
 * With the rules of `config`, which is borrowed until penalties_renew().  Time
 * is what `now_ms` says, which only grows; CLOCK_MONOTONIC for NULL.  NULL when
 * out of memory.
 */
struct penalties *penalties_new(
    const struct penalty_config *config, int64_t (*now_ms)(void));

/* Takes NULL.  Returns NULL. */
struct penalties *penalties_free(struct penalties *penalties);

/*
 * Other rules from now on; what has been counted stays, as far as there is room
 * for it.
 */
void penalties_renew(
    struct penalties *penalties, const struct penalty_config *config);

/*
 * This happened with a client from there.  Logs, at most once a second, when
 * its source is refused from now on.  Out of memory forgets it.
 */
void penalties_add(struct penalties *penalties,
    const struct stssl_address *peer, enum penalty_event event);

/* True when clients from there are not to be let in now. */
bool penalties_refuses(
    struct penalties *penalties, const struct stssl_address *peer);

/* Forget what its source has done; false when there is nothing. */
bool penalties_pardon(
    struct penalties *penalties, const struct stssl_address *peer);

/* A source with a penalty. */
struct penalised {
	struct stssl_address source; /* of a network, its first; no port */
	unsigned seconds;            /* until it is over, rounded up */
	bool is_refused;
	uint32_t events[PENALTY_COUNT];
};

/*
 * The one behind `after`, or the first for NULL, in order of address; false
 * behind the last.
 */
bool penalties_next(struct penalties *penalties,
    const struct stssl_address *after, struct penalised *ret);

/* Since the start, and now. */
struct penalty_counts {
	uint64_t events[PENALTY_COUNT];
	uint64_t dropped; /* sources for which there was no room */
	size_t sources;
	size_t refused; /* of them */
};

struct penalty_counts penalties_count(struct penalties *penalties);

#endif
