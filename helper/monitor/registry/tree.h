/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tsearch(3) and its kin do not have.
 */
#ifndef HELPER_MONITOR_REGISTRY_TREE_H
#define HELPER_MONITOR_REGISTRY_TREE_H

/*
 * The member of a tree, ordered by `compare`, that is next above `key`; the
 * lowest for a NULL key.  Returns NULL behind the last.
 */
const void *tree_after(void *const *tree, const void *key,
    int (*compare)(const void *a, const void *b));

#endif
