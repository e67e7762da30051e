/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/fuzz-host.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "helper/worker/session.h"
#include "status/tools/address.h"

int
listen_somewhere(struct stssl_address *ret)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (stssl_address_parse("127.0.0.1:0", ret) < 0)
		abort();
	len = stssl_address_to(ret, &sa);
	if (bind(fd, (struct sockaddr *)&sa, len) == -1 ||
	    listen(fd, 4) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1 ||
	    stssl_address_from(&sa, ret) < 0)
		abort();
	return fd;
}

/* The host: all is well, and nobody is told. */

int
host_publish(const struct session *s, const struct stssl_connection *connection,
    bool is_welcome)
{
	(void)s;
	(void)connection;
	(void)is_welcome;
	return 0;
}

void
host_withdraw(const struct session *s)
{
	(void)s;
}

/* There is no verifier. */
int
host_prove(const struct session *s)
{
	(void)s;
	return -1;
}

void
host_failed(const struct session *s, enum penalty_event event)
{
	(void)s;
	(void)event;
}

void
host_introduce(const struct session *s, enum proxy_fault fault,
    const struct stssl_address *client)
{
	(void)s;
	(void)fault;
	(void)client;
}

void
host_unreachable(const struct session *s)
{
	(void)s;
}
