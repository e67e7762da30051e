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

#include "status/trust.h"

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

/* Text, so without NUL. */
static int
read_text(int fd, char *buf, size_t max)
{
	size_t len;
	int r = stssl_read_all(fd, max, buf, &len);

	if (r < 0)
		return r;
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
		r = buf == NULL ? -ENOMEM : read_text(fd, buf, max);
	}
	close(fd);
	if (r < 0) {
		free(buf);
		return r;
	}
	*ret = buf;
	return 0;
}
