/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses and connections: from sockets, to sockets, from and to text.
 * Looks no name up.
 */
#include <config.h>
#include "status/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* Newer (5.14) than some C libraries' headers. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static const uint8_t mapped[STSSL_IPV4_BYTE] = { [10] = 0xff, [11] = 0xff };

struct stssl_address
stssl_address_ipv4(const void *ip, uint16_t port)
{
	struct stssl_address a = { .port = port };

	memcpy(a.ip, mapped, sizeof mapped);
	memcpy(a.ip + sizeof mapped, ip, sizeof a.ip - sizeof mapped);
	return a;
}

int
stssl_address_from(const struct sockaddr_storage *sa, struct stssl_address *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (sa->ss_family) {
	case AF_INET:
		memcpy(&in, sa, sizeof in);
		*ret = stssl_address_ipv4(&in.sin_addr, ntohs(in.sin_port));
		return 0;
	case AF_INET6:
		memcpy(&in6, sa, sizeof in6);
		memcpy(ret->ip, &in6.sin6_addr, sizeof ret->ip);
		ret->port = ntohs(in6.sin6_port);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

bool
stssl_address_is_ipv4(const struct stssl_address *a)
{
	return memcmp(a->ip, mapped, sizeof mapped) == 0;
}

bool
stssl_address_same_ip(
    const struct stssl_address *a, const struct stssl_address *b)
{
	return memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool
stssl_address_is_source(const struct stssl_address *a)
{
	uint32_t ip;

	memcpy(&ip, a->ip + sizeof mapped, sizeof ip);
	return stssl_address_is_ipv4(a) &&
	       (ntohl(ip) & STSSL_SOURCE_MASK) == STSSL_SOURCE_NETWORK;
}

bool
stssl_address_is_loopback(const struct stssl_address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return stssl_address_is_ipv4(a) ? a->ip[STSSL_IPV4_BYTE] == 127
					: memcmp(a->ip, one, sizeof one) == 0;
}

const char *
stssl_address_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT])
{
	char ip[STSSL_ADDRESS_TEXT];

	stssl_ip_format(a, ip);
	(void)snprintf(buf, STSSL_ADDRESS_TEXT,
	    stssl_address_is_ipv4(a) ? "%.45s:%u" : "[%.45s]:%u", ip,
	    (unsigned)a->port);
	return buf;
}

const char *
stssl_ip_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT])
{
	if (stssl_address_is_ipv4(a))
		inet_ntop(
		    AF_INET, a->ip + sizeof mapped, buf, STSSL_ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, a->ip, buf, STSSL_ADDRESS_TEXT);
	return buf;
}

int
stssl_ip_parse(const char *text, struct stssl_address *ret)
{
	struct stssl_address a = { .port = 0 };

	memcpy(a.ip, mapped, sizeof mapped);
	if (inet_pton(AF_INET, text, a.ip + sizeof mapped) != 1 &&
	    inet_pton(AF_INET6, text, a.ip) != 1)
		return -EINVAL;
	*ret = a;
	return 0;
}

/* 0 where the kernel knows no such thing. */
static int
netns_cookie(int fd, uint64_t *ret)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == -1) {
		if (errno != ENOPROTOOPT)
			return -errno;
		cookie = 0;
	}
	*ret = cookie;
	return 0;
}

int
stssl_connection_local(int fd, struct stssl_connection *ret)
{
	struct sockaddr_storage local = { 0 };
	socklen_t local_len = sizeof local;
	struct stssl_connection c = { 0 };
	int type, r;
	socklen_t type_len = sizeof type;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&local, &local_len) == -1)
		return -errno;
	r = stssl_address_from(&local, &c.local);
	if (r == 0 && type != SOCK_STREAM)
		r = -EAFNOSUPPORT;
	if (r == 0)
		r = netns_cookie(fd, &c.netns);
	if (r == 0)
		*ret = c;
	return r;
}

int
stssl_connection_of(int fd, struct stssl_connection *ret)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t peer_len = sizeof peer;
	struct stssl_connection c;
	int r = stssl_connection_local(fd, &c);

	if (r < 0)
		return r;
	if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1)
		return -errno;
	r = stssl_address_from(&peer, &c.peer);
	if (r == 0)
		*ret = c;
	return r;
}

static int
address_compare(const struct stssl_address *a, const struct stssl_address *b)
{
	int r = memcmp(a->ip, b->ip, sizeof a->ip);

	return r != 0 ? r : (int)a->port - (int)b->port;
}

int
stssl_connection_compare(
    const struct stssl_connection *a, const struct stssl_connection *b)
{
	int r = (a->netns > b->netns) - (a->netns < b->netns);

	/* Sessions differ in the peer's port first of all. */
	if (r == 0)
		r = address_compare(&a->peer, &b->peer);
	return r != 0 ? r : address_compare(&a->local, &b->local);
}

const char *
stssl_connection_format(
    const struct stssl_connection *c, char buf[static STSSL_CONNECTION_TEXT])
{
	char local[STSSL_ADDRESS_TEXT], peer[STSSL_ADDRESS_TEXT];

	(void)snprintf(buf, STSSL_CONNECTION_TEXT, "%llu %s %s",
	    (unsigned long long)c->netns,
	    stssl_address_format(&c->local, local),
	    stssl_address_format(&c->peer, peer));
	return buf;
}
