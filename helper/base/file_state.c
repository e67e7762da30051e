/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares what stat(2) says; whoever changes a file changes its ctime.
 */
#include <config.h>
#include "helper/base/file_state.h"

#include <string.h>

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

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
	return a->st.st_dev == b->st.st_dev && a->st.st_ino == b->st.st_ino &&
	       a->st.st_size == b->st.st_size &&
	       same_time(&a->st.st_mtim, &b->st.st_mtim) &&
	       same_time(&a->st.st_ctim, &b->st.st_ctim);
}
