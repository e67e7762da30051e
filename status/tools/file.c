/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that administrators and packages have put there.
 */
#include <config.h>
#include "status/tools/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "status/file.h"

int
stssl_file_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
	struct stat st;
	int fd = stssl_file_open(AT_FDCWD, path, 0, &st), r;

	if (fd < 0)
		return fd;
	r = stssl_file_get(fd, &st, max, ret, ret_len);
	close(fd);
	return r;
}

struct stat
stssl_file_state(const char *path)
{
	struct stat st;

	memset(&st, 0, sizeof st);
	if (stat(path, &st) == -1)
		memset(&st, 0, sizeof st);
	return st;
}
