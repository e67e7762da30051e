/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads files whole, within bounds.
 */
#include <config.h>
#include "stsslctl/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
check(int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return st.st_size >= 0 && (size_t)st.st_size <= max ? 0 : -EFBIG;
}

static int
read_all(int fd, char *buf, size_t max)
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
	return strlen(buf) == len ? 0 : -EILSEQ;
}

int
slurp(const char *path, size_t max, char **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *buf = NULL;
	int r;

	if (fd == -1)
		return -errno;
	r = check(fd, max);
	if (r == 0) {
		buf = malloc(max + 2);
		r = buf == NULL ? -ENOMEM : read_all(fd, buf, max);
	}
	close(fd);
	if (r < 0) {
		free(buf);
		return r;
	}
	*ret = buf;
	return 0;
}
