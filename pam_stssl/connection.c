/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the process's own descriptors, as the kernel shows them; asks
 * nobody's environment and believes no number that was handed down.
 */
#include <config.h>
#include "pam_stssl/connection.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static bool
has(const struct connections *c, const struct stssl_connection *one)
{
	for (size_t i = 0; i < c->count; i++) {
		if (stssl_connection_compare(&c->list[i], one) == 0)
			return true;
	}
	return false;
}

/* What is no TCP connection is passed over. */
static int
add(struct connections *c, int fd)
{
	struct stssl_connection one;

	if (stssl_connection_of(fd, &one) < 0 || has(c, &one))
		return 0;
	if (c->count == STSSL_QUERY_KEYS)
		return -E2BIG;
	c->list[c->count++] = one;
	return 0;
}

/* The kernel writes these names: decimal numbers, but for . and .. */
static int
add_name(struct connections *c, const char *name)
{
	char *end;
	long fd = strtol(name, &end, 10);

	if (end == name || *end != '\0' || fd < 0 || fd > INT_MAX)
		return 0;
	return add(c, (int)fd);
}

static int
add_all(struct connections *c, DIR *dir)
{
	struct dirent *entry;
	int r = 0;

	while (r == 0) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return -errno;
		r = add_name(c, entry->d_name);
	}
	return r;
}

int
connections_find(struct connections *ret)
{
	struct connections c = { .count = 0 };
	DIR *dir;
	int r;

	(void)add(&c, STDIN_FILENO);
	c.has_stdin = c.count == 1;

	/* glibc opens it close-on-exec. */
	dir = opendir("/proc/self/fd");
	if (dir == NULL)
		return -errno;
	r = add_all(&c, dir);
	closedir(dir);
	if (r == 0)
		*ret = c;
	return r;
}
