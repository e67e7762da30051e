/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/base/file_state.h"

#include <string.h>

struct stat
file_state(const char *path)
{
	struct stat st;

	memset(&st, 0, sizeof st);
	if (stat(path, &st) == -1)
		memset(&st, 0, sizeof st);
	return st;
}
