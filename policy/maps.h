/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The map sections of classes.conf, compiled.
 */
#ifndef POLICY_MAPS_H
#define POLICY_MAPS_H

#include "conf/conf.h"
#include "policy/map.h"

struct stssl_maps {
	struct stssl_map *list;
	size_t count;
};

/*
 * Compile all maps of a file; names and texts are the conf's.  Returns 0, to be
 * emptied by stssl_maps_done(); or a negative errno with error->text set
 * (-EBADMSG for a faulty line, a map without one, and too many of them).
 */
int stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error);

void stssl_maps_done(struct stssl_maps *maps);

/* The map of this name; NULL when there is none. */
const struct stssl_map *stssl_maps_find(
    const struct stssl_maps *maps, const char *name);

#endif
