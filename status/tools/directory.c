/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A directory by the rules of status/trust.h.
 */
#include <config.h>
#include "status/tools/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/way.h"

/* The last component; only the directories above were looked at. */
static int
open_directory(const struct stssl_way *way, int *ret_fd)
{
	struct stat st;
	int fd = openat(way->fd, way->name[0] == '\0' ? "." : way->name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (fd == -1)
		/* What O_DIRECTORY says of a link that is not followed. */
		return errno == ENOTDIR ? -ELOOP : -errno;
	if (fstat(fd, &st) == -1)
		r = -errno;
	else if (!stssl_is_safe(&st))
		r = -EPERM;
	if (r == 0)
		*ret_fd = fd;
	else
		close(fd);
	return r;
}

int
stssl_trusted_directory(const char *path, int *ret_fd)
{
	size_t len = strlen(path);
	struct stssl_way way;
	char *plain;
	int r;

	/* Without slashes at the end its name is the last component. */
	while (len > 1 && path[len - 1] == '/')
		len--;
	plain = strndup(path, len);
	if (plain == NULL)
		return -ENOMEM;
	r = stssl_way_go(plain, true, &way);
	if (r == 0 && !stssl_is_safe_above(&way.dir))
		r = -EPERM;
	if (r == 0)
		r = open_directory(&way, ret_fd);
	stssl_way_end(&way);
	free(plain);
	return r;
}
