/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads /proc/net/tcp and tcp6 (proc(5)).
 */
#include <config.h>
#include "helper/monitor/registry/survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each 8 digits are a number, whose bytes in memory are the address's. */
#define DIGITS 8

static bool
read_address(const char *hex, struct stssl_address *ret)
{
	struct stssl_address a = { .port = 0 };
	size_t len = strlen(hex);
	uint32_t words[4];

	if (len != DIGITS && len != 4 * DIGITS)
		return false;
	for (size_t i = 0; i < len / DIGITS; i++) {
		char digits[DIGITS + 1] = "";

		memcpy(digits, hex + i * DIGITS, DIGITS);
		words[i] = (uint32_t)strtoul(digits, NULL, 16);
	}
	if (len == DIGITS)
		a = stssl_address_ipv4(words, 0);
	else
		memcpy(a.ip, words, sizeof a.ip);
	*ret = a;
	return stssl_address_is_source(ret);
}

static int
survey_file(const char *path,
    void (*each)(void *owner, const struct stssl_address *address), void *owner)
{
	FILE *file = fopen(path, "re");
	char line[256], ends[2][4 * DIGITS + 1];
	struct stssl_address a;
	int r = 0;

	if (file == NULL)
		return -errno;
	while (fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, " %*u: %32[0-9A-F]:%*x %32[0-9A-F]:", ends[0],
			ends[1]) != 2)
			continue; /* the headline */
		for (size_t i = 0; i < 2; i++)
			if (read_address(ends[i], &a))
				each(owner, &a);
	}
	if (ferror(file) != 0)
		r = -EIO;
	(void)fclose(file);
	return r;
}

int
survey_connections(
    void (*each)(void *owner, const struct stssl_address *address), void *owner)
{
	int r = survey_file("/proc/self/net/tcp", each, owner);

	if (r < 0)
		return r;
	r = survey_file("/proc/self/net/tcp6", each, owner);
	return r == -ENOENT ? 0 : r;
}
