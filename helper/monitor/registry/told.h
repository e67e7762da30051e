/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sources that a line in the log was about, so that each has one, and not
 * one for each of its connections.
 */
#ifndef HELPER_MONITOR_REGISTRY_TOLD_H
#define HELPER_MONITOR_REGISTRY_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/address.h"

/* So many are remembered, and how long. */
#define TOLD_SOURCES 64
#define TOLD_MS      (60 * 60 * INT64_C(1000))

/* All zero at first. */
struct told {
	struct {
		uint8_t ip[16];
		int64_t until_ms;
	} list[TOLD_SOURCES];
	size_t next;
};

/* True when nothing was told of this source lately; then something is. */
bool told_is_new(
    struct told *told, const struct stssl_address *peer, int64_t now_ms);

#endif
