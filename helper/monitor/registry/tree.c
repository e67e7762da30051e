/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Searches in a tree of tsearch(3).
 */
#include <config.h>
#include "helper/monitor/registry/tree.h"

#include <search.h>
#include <stddef.h>

/* A key that equals no member, and remembers the last one above it. */
struct seeker {
	const void *key;
	int (*compare)(const void *a, const void *b);
	const void *above;
};

static int
seek(const void *key, const void *member)
{
	struct seeker *seeker = *(struct seeker *const *)key;

	if (seeker->key != NULL && seeker->compare(seeker->key, member) >= 0)
		return 1;
	seeker->above = member;
	return -1;
}

const void *
tree_after(void *const *tree, const void *key,
    int (*compare)(const void *a, const void *b))
{
	struct seeker seeker = { key, compare, NULL }, *at = &seeker;

	(void)tfind(&at, tree, seek);
	return seeker.above;
}
