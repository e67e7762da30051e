/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that administrators and packages have put there.
 */
#include <config.h>
#include "status/tools/file.h"

#include <fcntl.h>
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
