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

/* Everything up to the new file on the disk; closes fd. */
static int
fill(int fd, mode_t mode, int (*write)(FILE *to, const void *data),
    const void *data)
{
	FILE *to = fdopen(fd, "w");
	int r;

	if (to == NULL) {
		r = -errno;
		close(fd);
		return r;
	}
	r = write(to, data);
	if (r >= 0 && (fflush(to) != 0 || ferror(to) != 0 ||
			  fchmod(fd, mode) == -1 || fsync(fd) == -1))
		r = errno != 0 ? -errno : -EIO;
	if (fclose(to) != 0 && r >= 0)
		r = -errno;
	return r < 0 ? r : 0;
}

int
replace_file(const char *path, mode_t mode,
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
	r = fill(fd, mode, write, data);
	if (r == 0 && rename(temporary, path) == -1)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary);
	free(temporary);
	return r < 0 ? r : sync_directory(path);
}
