/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares what stat(2) says of a file.  The kernel alone sets its change time,
 * at each change of contents, owner, mode or modification time.
 */
#include <config.h>
#include "policy/stamp.h"

#include <unistd.h>

static bool
is_before(const struct timespec *a, time_t now)
{
	return a->tv_sec < now - STSSL_STAMP_SETTLED;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
stssl_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_size == b->st_size &&
	       same_time(&a->st_mtim, &b->st_mtim) &&
	       same_time(&a->st_ctim, &b->st_ctim);
}

void
stssl_stamp_take(const char *path, time_t now, struct stssl_stamp *ret)
{
	*ret = (struct stssl_stamp){ .reader = geteuid() };
	ret->settled = lstat(path, &ret->st) == 0 &&
		       is_before(&ret->st.st_mtim, now) &&
		       is_before(&ret->st.st_ctim, now);
}

bool
stssl_stamp_same(
    const struct stssl_stamp *before, const struct stssl_stamp *after)
{
	return before->settled && after->settled &&
	       before->reader == after->reader &&
	       stssl_same_file(&before->st, &after->st);
}
