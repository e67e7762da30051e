/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a line of a map, a newline, and a name from a certificate: the
 * line is refused with a reason, or the name leads to a user name that is one.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int condition)
{
	if (!condition)
		abort();
}

static void
apply(const char *text, const char *name)
{
	char user[STSSL_USER_MAX + 1], why[STSSL_MAP_ERROR] = "";
	struct stssl_map_line line;
	struct stssl_maps maps = { .lines = &line, .count = 1 };
	const char *wrong =
	    stssl_map_line_compile("m", STSSL_SUBJECT_CN, text, &line, why);

	if (wrong != NULL) {
		must(wrong[0] != '\0' && strchr(wrong, '\n') == NULL);
		return;
	}
	must(line.user > text && line.user[0] != '\0');
	if (stssl_map_apply(&maps, "m", STSSL_SUBJECT_CN, name, user) == 1)
		must(stssl_user_valid(user));
	stssl_map_line_done(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *name;

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	name = strchr(text, '\n');
	if (name != NULL) {
		*name++ = '\0';
		/* Longer ones do not get as far as the map. */
		if (strlen(name) < STSSL_SUBJECT_MAX)
			apply(text, name);
	}
	free(text);
	return 0;
}
