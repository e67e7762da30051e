/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Picks ports at random, so that the next one cannot be guessed from the last,
 * and tries each port of the range at most once.
 */
#include <config.h>
#include "helper/worker/ftp/passive.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/tools/address.h"

static int
listen_on(const struct stssl_address *a, uint32_t scope)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to_scoped(a, scope, &sa);
	int fd, r;

	fd =
	    socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	/* A port whose last connection is in TIME_WAIT is free again. */
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, (struct sockaddr *)&sa, len) == -1 ||
	    listen(fd, PASSIVE_BACKLOG) == -1) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

static int
bound_port(int fd, struct stssl_address *a)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;

	if (getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		return -errno;
	return stssl_address_from(&sa, a);
}

int
passive_listen(const struct listen_config *config,
    const struct stssl_address *local, uint32_t scope,
    struct stssl_address *ret)
{
	unsigned count =
		     config->passive_ports.high - config->passive_ports.low + 1,
		 start;
	struct stssl_address a = *local;
	int fd = -EADDRINUSE;

	if (config->passive_ports.high == 0)
		count = 1;
	if (getrandom(&start, sizeof start, 0) != sizeof start)
		return -EIO;
	for (unsigned i = 0; i < count && fd == -EADDRINUSE; i++) {
		a.port = (uint16_t)(config->passive_ports.low +
				    (start % count + i) % count);
		fd = listen_on(&a, scope);
	}
	if (fd >= 0 && bound_port(fd, &a) < 0) {
		(void)close(fd);
		return -EIO;
	}
	if (fd >= 0)
		*ret = a;
	return fd;
}

int
passive_listen_any(const struct stssl_address *local, struct stssl_address *ret)
{
	const struct listen_config any = { .passive_ports.low = 0 };

	return passive_listen(&any, local, 0, ret);
}

int
passive_accept(int fd, struct stssl_address *ret_from)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int client = accept4(
	    fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (client == -1)
		return -errno;
	if (stssl_address_from(&sa, ret_from) < 0) {
		(void)close(client);
		return -ECONNABORTED;
	}
	return client;
}

void
passive_close(struct ev_loop *loop, struct ev_io *listener)
{
	if (listener->fd == -1)
		return;
	ev_io_stop(loop, listener);
	(void)close(listener->fd);
	ev_io_set(listener, -1, EV_READ);
}
