/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the process's own descriptors, as the kernel shows them.  Uses no
 * environment, and no descriptor number from elsewhere.
 */
#include <config.h>
#include "pam_stssl/connection.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel writes these names: decimal numbers, but for . and .. */
static int
number_of(const char *name)
{
	char *end;
	long fd = strtol(name, &end, 10);

	return end == name || *end != '\0' || fd > INT_MAX ? -1 : (int)fd;
}

/* Call `each` with every descriptor until it returns something else than 0. */
static int
each_descriptor(int (*each)(void *data, int fd), void *data)
{
	struct dirent *entry;
	/* glibc opens it close-on-exec. */
	DIR *dir = opendir("/proc/self/fd");
	int r = 0;

	if (dir == NULL)
		return -errno;
	while (r == 0) {
		int fd;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			r = -errno;
			break;
		}
		fd = number_of(entry->d_name);
		r = fd < 0 ? 0 : each(data, fd);
	}
	closedir(dir);
	return r;
}

static bool
is_listening(int fd)
{
	int on = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on,
		   &(socklen_t){ sizeof on }) == 0 &&
	       on != 0;
}

static bool
has(const struct connections *c, const struct stssl_connection *one)
{
	for (size_t i = 0; i < c->count; i++) {
		if (stssl_connection_compare(&c->list[i], one) == 0)
			return true;
	}
	return false;
}

/*
 * A connection, or one that was reset: the daemon can still read what its
 * client had sent before, so it might be the one that logs in.
 */
static bool
connection_at(int fd, struct stssl_connection *ret)
{
	int r = stssl_connection_of(fd, ret);

	if (r != -ENOTCONN)
		return r == 0;
	return stssl_connection_local(fd, ret) == 0 && ret->local.port != 0;
}

/* Passes over descriptors that are no TCP connection. */
static int
add(void *data, int fd)
{
	struct connections *c = data;
	struct stssl_connection one;

	if (is_listening(fd)) {
		c->is_listening = true;
		return 0;
	}
	if (!connection_at(fd, &one) || has(c, &one))
		return 0;
	if (c->count == STSSL_QUERY_KEYS)
		return -E2BIG;
	c->list[c->count++] = one;
	return 0;
}

/* All but standard input, which has been looked at. */
static int
add_other(void *data, int fd)
{
	return fd == STDIN_FILENO ? 0 : add(data, fd);
}

/* The name that a unix socket is bound to: 0 when it has none. */
static socklen_t
unix_name(int fd, struct sockaddr_un *ret)
{
	socklen_t len = sizeof *ret;

	memset(ret, 0, sizeof *ret);
	if (getsockname(fd, (struct sockaddr *)ret, &len) == -1 ||
	    ret->sun_family != AF_UNIX || len > sizeof *ret)
		return 0;
	return len > sizeof ret->sun_family ? len : 0;
}

/* The connections that were accepted where this process listens. */
struct served {
	const struct connections *all;
	bool is_served[STSSL_QUERY_KEYS]; /* of all->list */
	struct sockaddr_un name;          /* where it listens now */
	bool has_unix;
};

static int
find_unix(void *data, int fd)
{
	struct served *s = data;
	struct sockaddr_un name;

	if (!is_listening(fd) && unix_name(fd, &name) > 0 &&
	    memcmp(&name, &s->name, sizeof name) == 0)
		s->has_unix = true;
	return 0;
}

static int
find_served(void *data, int fd)
{
	struct served *s = data;
	struct stssl_connection one;

	if (!is_listening(fd))
		return 0;
	if (unix_name(fd, &s->name) > 0)
		return each_descriptor(find_unix, s);
	if (stssl_connection_local(fd, &one) < 0)
		return 0;
	for (size_t i = 0; i < s->all->count; i++)
		if (s->all->list[i].local.port == one.local.port)
			s->is_served[i] = true;
	return 0;
}

/* Have the connections several clients?  Those to elsewhere do not count. */
static int
find_clients(struct connections *c)
{
	struct served s = { .all = c };
	size_t clients = 0;
	int r = each_descriptor(find_served, &s);

	for (size_t i = 0; i < c->count; i++)
		clients += s.is_served[i];
	c->is_shared = clients > 1 || s.has_unix;
	return r;
}

int
connections_find(struct connections *ret)
{
	struct connections c = { .count = 0 };
	int r;

	(void)add(&c, STDIN_FILENO);
	c.has_stdin = c.count == 1;
	r = each_descriptor(add_other, &c);
	if (r == 0 && c.is_listening && c.count > 0)
		r = find_clients(&c);
	if (r == 0)
		*ret = c;
	return r;
}

int
connections_by_source(const char *rhost, struct connections *ret)
{
	struct connections c = { .count = 1 };
	struct stssl_address from;
	int fd, r;

	if (rhost == NULL || stssl_ip_parse(rhost, &from) < 0 ||
	    !stssl_address_is_source(&from))
		return 0;
	/* It is in our network namespace. */
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	r = stssl_connection_local(fd, &c.list[0]);
	(void)close(fd);
	c.list[0].peer = from;
	if (r == 0)
		*ret = c;
	return r;
}
