/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text has no NUL: what is behind one would not be seen.
 */
#include <config.h>
#include "stsslctl/slurp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "status/file.h"

int
slurp(const char *path, size_t max, char **ret)
{
	size_t len = 0;
	char *text;
	int r = stssl_file_read(path, max, &text, &len);

	if (r == 0 && strlen(text) != len) {
		free(text);
		r = -EILSEQ;
	}
	if (r == 0)
		*ret = text;
	return r;
}
