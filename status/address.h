/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An IP address with a port, in the one form that all parts compare: IPv4 is
 * kept as ::ffff:a.b.c.d, so that a backend that listens on a dual-stack
 * socket and a helper that connected with IPv4 name the same address.
 * And a pair of them: a TCP connection as one of its ends sees it.
 */
#ifndef STATUS_ADDRESS_H
#define STATUS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535" and its NUL. */
#define STSSL_ADDRESS_TEXT 56
/* An u64, two addresses, two blanks and a NUL. */
#define STSSL_CONNECTION_TEXT (20 + 2 * STSSL_ADDRESS_TEXT + 2)

struct stssl_address {
	uint8_t ip[16];
	uint16_t port; /* host byte order */
};

/*
 * A connection as its backend sees it.  `netns` is the kernel's cookie of the
 * network namespace that the socket belongs to (SO_NETNS_COOKIE in socket(7)),
 * 0 on kernels that have none: two connections with equal addresses in two
 * containers are different connections.
 */
struct stssl_connection {
	uint64_t netns;
	struct stssl_address local;
	struct stssl_address peer;
};

/*
 * Take address and port out of a socket address.
 * Returns 0; -EAFNOSUPPORT when it is neither AF_INET nor AF_INET6.
 */
int stssl_address_from(
    const struct sockaddr_storage *sa, struct stssl_address *ret);

/* Where the four bytes of an IPv4 address begin in the sixteen. */
#define STSSL_IPV4_BYTE 12

/* The address with these four bytes, in network order. */
struct stssl_address stssl_address_ipv4(const void *ip, uint16_t port);

/* True when the two have the same IP address, whatever their ports. */
bool stssl_address_same_ip(
    const struct stssl_address *a, const struct stssl_address *b);

/* True for IPv4, that is for ::ffff:0:0/96. */
bool stssl_address_is_ipv4(const struct stssl_address *a);

/* True for 127.0.0.0/8 and ::1. */
bool stssl_address_is_loopback(const struct stssl_address *a);

/*
 * The addresses of backend-source = per-session: 127.64.0.0/10, of which each
 * session has one, or two, to itself.
 */
#define STSSL_SOURCE_NETWORK 0x7f400000u
#define STSSL_SOURCE_MASK    0xffc00000u

/* True for those. */
bool stssl_address_is_source(const struct stssl_address *a);

/*
 * Write "192.0.2.1:21" or "[2001:db8::1]:21"; stssl_ip_format() leaves the
 * port and the brackets away.  Both return `buf`, for use as an argument.
 */
const char *stssl_address_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT]);
const char *stssl_ip_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT]);

/* Read a bare IP address; the port becomes 0.  Returns 0 or -EINVAL. */
int stssl_ip_parse(const char *text, struct stssl_address *ret);

/*
 * The connection behind a descriptor, seen from this end.
 * Returns 0; -ENOTSOCK, -ENOTCONN, or -EAFNOSUPPORT when the descriptor is no
 * connected TCP socket.
 */
int stssl_connection_of(int fd, struct stssl_connection *ret);

/*
 * The same for a TCP socket that need not be connected: one that listens, or
 * of which nothing but unread bytes is left.  The peer is all zero.
 */
int stssl_connection_local(int fd, struct stssl_connection *ret);

/* Total order, for search trees: <0, 0, >0. */
int stssl_connection_compare(
    const struct stssl_connection *a, const struct stssl_connection *b);

/*
 * "COOKIE LOCAL PEER", e.g. "4242 127.0.0.1:2121 127.0.0.1:40022", as in
 * stssl-status(7).  Returns `buf`.
 */
const char *stssl_connection_format(
    const struct stssl_connection *c, char buf[static STSSL_CONNECTION_TEXT]);

#endif
