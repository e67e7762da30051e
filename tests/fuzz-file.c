/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes files for fuzz targets.
 */
#include <config.h>
#include "tests/fuzz-file.h"

#include <unistd.h>

#include "tests/private-file.h"

int
fuzz_file_write(char *path, const uint8_t *data, size_t size)
{
	int fd = private_file_make(path);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, data, size);
	(void)close(fd);
	return n == (ssize_t)size ? 0 : -1;
}
