/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a PAM service file, which may include itself: it is judged, or
 * refused with a finding, and every finding has a text.
 */
#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stsslctl/check.h"
#include "stsslctl/findings.h"

#define FILES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
write_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *to = fopen(path, "w");
	size_t n;

	if (to == NULL)
		return -1;
	n = fwrite(data, 1, size, to);
	return fclose(to) == 0 && n == size ? 0 : -1;
}

/* A stack that cannot be played has a finding that says why. */
static void
judge(const char *dir)
{
	struct findings f;

	findings_init(&f);
	if (check_pam(dir, "fuzz", dir, &f) == -EBADMSG &&
	    json_array_size(f.list) == 0)
		abort();
	for (size_t i = 0; i < json_array_size(f.list); i++)
		if (json_object_get(json_array_get(f.list, i), "text") == NULL)
			abort();
	findings_done(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The service, and two modules that are there. */
	static const char *const names[] = { "fuzz", "pam_stssl.so",
		"pam_shells.so" };
	char dir[] = "/tmp/stssl-fuzz-pam-XXXXXX";
	char paths[FILES][sizeof dir + 16];
	int r = 0;

	if (mkdtemp(dir) == NULL)
		return 0;
	for (size_t i = 0; i < FILES; i++) {
		(void)snprintf(
		    paths[i], sizeof paths[i], "%s/%s", dir, names[i]);
		r |= write_file(paths[i], data, i == 0 ? size : 0);
	}
	if (r == 0)
		judge(dir);
	for (size_t i = 0; i < FILES; i++)
		(void)unlink(paths[i]);
	(void)rmdir(dir);
	return 0;
}
