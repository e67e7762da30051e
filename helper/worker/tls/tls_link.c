/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links between Edge and Server.
 */
#include <config.h>
#include "helper/worker/tls/tls_link.h"

#include <stddef.h>

struct tls *
tls_link_accept(
    struct tls_context *context, struct tls_tickets *tickets, int fd)
{
	(void)context;
	(void)tickets;
	(void)fd;
	return NULL;
}

struct tls *
tls_link_accept_data(
    struct tls_context *context, struct tls_tickets *tickets, int fd)
{
	return tls_link_accept(context, tickets, fd);
}

struct tls *
tls_link_connect(struct tls_context *context, int fd)
{
	return tls_link_accept(context, NULL, fd);
}

struct tls *
tls_link_connect_data(struct tls_context *context, struct tls *control, int fd)
{
	(void)control;
	return tls_link_connect(context, fd);
}

const struct link_pin *
tls_link_peer(const struct tls *tls)
{
	(void)tls;
	return NULL;
}
