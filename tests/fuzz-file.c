/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes files for fuzz targets.
 */
#include <config.h>
#include "tests/fuzz-file.h"

#include <stdlib.h>
#include <unistd.h>

int
fuzz_file_write(char *path, const uint8_t *data, size_t size)
{
	int fd = mkstemp(path);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, data, size);
	(void)close(fd);
	return n == (ssize_t)size ? 0 : -1;
}
