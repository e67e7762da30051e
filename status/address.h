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

/* The same the other way: AF_INET for a mapped address, else AF_INET6. */
socklen_t stssl_address_to(
    const struct stssl_address *a, struct sockaddr_storage *ret);

/*
 * The same for a link-local IPv6 address, which means something on one
 * interface only: `scope` is that interface's index, 0 for other addresses.
 */
socklen_t stssl_address_to_scoped(const struct stssl_address *a, uint32_t scope,
    struct sockaddr_storage *ret);

/* True for IPv4, that is for ::ffff:0:0/96. */
bool stssl_address_is_ipv4(const struct stssl_address *a);

/* True for 127.0.0.0/8 and ::1. */
bool stssl_address_is_loopback(const struct stssl_address *a);

/* True when the two have the same IP address, whatever their ports. */
bool stssl_address_same_ip(
    const struct stssl_address *a, const struct stssl_address *b);

/*
 * Write "192.0.2.1:21" or "[2001:db8::1]:21"; stssl_ip_format() leaves the
 * port and the brackets away.  Both return `buf`, for use as an argument.
 */
const char *stssl_address_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT]);
const char *stssl_ip_format(
    const struct stssl_address *a, char buf[static STSSL_ADDRESS_TEXT]);

/*
 * Read what stssl_address_format() writes; the port is mandatory, names are
 * not looked up.  stssl_ip_parse() reads a bare IP address, port becomes 0.
 * Both return 0 or -EINVAL.
 */
int stssl_address_parse(const char *text, struct stssl_address *ret);
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

/* The same connection, seen from its other end. */
struct stssl_connection stssl_connection_flip(const struct stssl_connection *c);

/* Total order, for search trees: <0, 0, >0. */
int stssl_connection_compare(
    const struct stssl_connection *a, const struct stssl_connection *b);

/*
 * "COOKIE LOCAL PEER", e.g. "4242 127.0.0.1:2121 127.0.0.1:40022", as in
 * stssl-status(7).  The parser returns 0 or -EINVAL.
 */
const char *stssl_connection_format(
    const struct stssl_connection *c, char buf[static STSSL_CONNECTION_TEXT]);
int stssl_connection_parse(const char *text, struct stssl_connection *ret);

#endif
