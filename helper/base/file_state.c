/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares what stat(2) says; whoever changes a file changes its ctime.
 */
#include <config.h>
#include "helper/base/file_state.h"

#include <string.h>

#include "policy/stamp.h"

struct file_state
file_state_of(const char *path)
{
	struct file_state state;

	memset(&state, 0, sizeof state);
	if (stat(path, &state.st) == -1)
		memset(&state, 0, sizeof state);
	return state;
}

bool
file_state_same(const struct file_state *a, const struct file_state *b)
{
	return stssl_same_file(&a->st, &b->st);
}
