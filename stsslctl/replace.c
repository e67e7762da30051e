/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Temporary file, fsync, rename, fsync of the directory.
 */
#include <config.h>
#include "stsslctl/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "DIR/" of "DIR/NAME", as long as *ret_len; "" of "NAME". */
static size_t
directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static int
sync_directory(const char *path)
{
	size_t len = directory_len(path);
	char *dir = len == 0 ? strdup(".") : strndup(path, len);
	int fd, r = 0;

	if (dir == NULL)
		return -ENOMEM;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd == -1)
		return -errno;
	if (fsync(fd) == -1)
		r = -errno;
	close(fd);
	return r;
}

/* The group first: changing it may take bits of the mode away. */
static int
finish(FILE *to, const struct replace_like *like)
{
	if (fflush(to) != 0 || ferror(to) != 0)
		return -EIO;
	if (like->gid != (gid_t)-1 &&
	    fchown(fileno(to), (uid_t)-1, like->gid) == -1)
		return -errno;
	if (fchmod(fileno(to), like->mode) == -1 || fsync(fileno(to)) == -1)
		return -errno;
	return 0;
}

/* Everything up to the new file on the disk; closes fd. */
static int
fill(int fd, const struct replace_like *like,
    int (*write)(FILE *to, const void *data), const void *data)
{
	FILE *to = fdopen(fd, "w");
	int r;

	if (to == NULL) {
		r = -errno;
		close(fd);
		return r;
	}
	r = write(to, data);
	if (r >= 0)
		r = finish(to, like);
	if (fclose(to) != 0 && r >= 0)
		r = -errno;
	return r;
}

int
replace_file(const char *path, const struct replace_like *like,
    int (*write)(FILE *to, const void *data), const void *data)
{
	size_t len = directory_len(path);
	char *temporary;
	int fd, r;

	if (asprintf(&temporary, "%.*s.%s.XXXXXX", (int)len, path, path + len) <
	    0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd == -1) {
		r = -errno;
		free(temporary);
		return r;
	}
	r = fill(fd, like, write, data);
	if (r == 0 && rename(temporary, path) == -1)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary);
	free(temporary);
	return r < 0 ? r : sync_directory(path);
}
