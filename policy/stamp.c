/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares what the file system says of a file.  Its change time is set by the
 * kernel alone, whatever is done to contents, owner, mode or modification time.
 */
#include <config.h>
#include "policy/stamp.h"

#include <sys/stat.h>
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

void
stssl_stamp_take(const char *path, time_t now, struct stssl_stamp *ret)
{
	struct stat st;

	*ret = (struct stssl_stamp){ .settled = false };
	if (lstat(path, &st) == -1)
		return;
	*ret = (struct stssl_stamp){
		.settled =
		    is_before(&st.st_mtim, now) && is_before(&st.st_ctim, now),
		.reader = geteuid(),
		.dev = st.st_dev,
		.ino = st.st_ino,
		.mode = st.st_mode,
		.uid = st.st_uid,
		.size = st.st_size,
		.mtim = st.st_mtim,
		.ctim = st.st_ctim,
	};
}

bool
stssl_stamp_same(
    const struct stssl_stamp *before, const struct stssl_stamp *after)
{
	return before->settled && after->settled &&
	       before->reader == after->reader && before->dev == after->dev &&
	       before->ino == after->ino && before->mode == after->mode &&
	       before->uid == after->uid && before->size == after->size &&
	       same_time(&before->mtim, &after->mtim) &&
	       same_time(&before->ctim, &after->ctim);
}
