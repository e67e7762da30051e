/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one place that reads files.  A file may change while it is read: what
 * fstat(2) said is only a first guess of how much there is.
 */
#include <config.h>
#include "status/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int
stssl_read_all(int fd, size_t max, char *buf, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, max + 1 - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	buf[len] = '\0';
	*ret_len = len;
	return 0;
}

int
stssl_file_open(int dir_fd, const char *name, int flags, struct stat *ret_stat)
{
	int fd = openat(
	    dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
	int r = 0;

	if (fd == -1)
		return -errno;
	if (fstat(fd, ret_stat) == -1)
		r = -errno;
	else if (!S_ISREG(ret_stat->st_mode))
		r = -EINVAL;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/* At most `max` bytes; *ret is malloc'd. */
static int
read_from_start(int fd, size_t max, char **ret, size_t *ret_len)
{
	char *buf = malloc(max + 1);
	int r = buf == NULL ? -ENOMEM : stssl_read_all(fd, max, buf, ret_len);

	if (r == 0)
		*ret = buf;
	else
		free(buf);
	return r;
}

int
stssl_file_get(
    int fd, const struct stat *st, size_t max, char **ret, size_t *ret_len)
{
	size_t size = (size_t)st->st_size;
	int r;

	if (st->st_size < 0 || (uintmax_t)st->st_size > max)
		return -EFBIG;
	r = read_from_start(fd, size, ret, ret_len);
	/* It has grown since it was looked at. */
	if (r == -EFBIG && size < max)
		r = lseek(fd, 0, SEEK_SET) == -1
			? -errno
			: read_from_start(fd, max, ret, ret_len);
	return r;
}
