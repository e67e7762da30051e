/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses and connections the other way: to sockets, and from text.  Looks no
 * name up.
 */
#include <config.h>
#include "status/tools/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

socklen_t
stssl_address_to(const struct stssl_address *a, struct sockaddr_storage *ret)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(ret, 0, sizeof *ret);
	if (stssl_address_is_ipv4(a)) {
		memcpy(&in.sin_addr, a->ip + STSSL_IPV4_BYTE, 4);
		in.sin_port = htons(a->port);
		memcpy(ret, &in, sizeof in);
		return sizeof in;
	}
	memcpy(&in6.sin6_addr, a->ip, sizeof a->ip);
	in6.sin6_port = htons(a->port);
	memcpy(ret, &in6, sizeof in6);
	return sizeof in6;
}

socklen_t
stssl_address_to_scoped(
    const struct stssl_address *a, uint32_t scope, struct sockaddr_storage *ret)
{
	socklen_t len = stssl_address_to(a, ret);

	if (ret->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)ret)->sin6_scope_id = scope;
	return len;
}

/* Digits only, no sign, no leading zero, at most `max`. */
static int
number_parse(const char *text, size_t len, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0 || (text[0] == '0' && len > 1))
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9 || value > (max - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	*ret = value;
	return 0;
}

/* The port is what follows `colon`; the IP address is `len` bytes at `ip`. */
static int
parse_parts(
    const char *ip, size_t len, const char *colon, struct stssl_address *ret)
{
	char copy[STSSL_ADDRESS_TEXT];
	struct stssl_address a;
	uint64_t port;

	if (len >= sizeof copy || *colon != ':' ||
	    number_parse(colon + 1, strlen(colon + 1), UINT16_MAX, &port) < 0)
		return -EINVAL;
	memcpy(copy, ip, len);
	copy[len] = '\0';
	if (stssl_ip_parse(copy, &a) < 0)
		return -EINVAL;
	a.port = (uint16_t)port;
	*ret = a;
	return 0;
}

int
stssl_address_parse(const char *text, struct stssl_address *ret)
{
	bool bracket = text[0] == '[';
	const char *ip = text + bracket;
	const char *end = strchr(ip, bracket ? ']' : ':');

	if (end == NULL)
		return -EINVAL;
	/* Brackets are for IPv6, and IPv6 is in brackets. */
	if (bracket != (memchr(ip, ':', (size_t)(end - ip)) != NULL))
		return -EINVAL;
	return parse_parts(ip, (size_t)(end - ip), end + bracket, ret);
}

struct stssl_connection
stssl_connection_flip(const struct stssl_connection *c)
{
	return (struct stssl_connection){
		.netns = c->netns, .local = c->peer, .peer = c->local
	};
}

int
stssl_connection_parse(const char *text, struct stssl_connection *ret)
{
	struct stssl_connection c;
	char local[STSSL_ADDRESS_TEXT];
	const char *first = strchr(text, ' '), *second;
	size_t len;

	if (first == NULL || number_parse(text, (size_t)(first - text),
				 UINT64_MAX, &c.netns) < 0)
		return -EINVAL;
	second = strchr(++first, ' ');
	if (second == NULL)
		return -EINVAL;
	len = (size_t)(second - first);
	if (len >= sizeof local)
		return -EINVAL;
	memcpy(local, first, len);
	local[len] = '\0';
	if (stssl_address_parse(local, &c.local) < 0 ||
	    stssl_address_parse(second + 1, &c.peer) < 0)
		return -EINVAL;
	*ret = c;
	return 0;
}
