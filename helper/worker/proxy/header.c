/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a header whole or not at all.  Nothing is guessed: what the protocol
 * does not say is a fault.
 */
#include <config.h>
#include "helper/worker/proxy/header.h"

#include <stdio.h>
#include <string.h>

#include "helper/worker/proxy/format.h"
#include "status/tools/address.h"

/* With its line end; worst case of the protocol's text, section 2.1. */
#define V1_MAX   107
#define V1_BEGIN "PROXY "

/* True when no byte that is there differs from `begin`. */
static bool
may_begin(const uint8_t *bytes, size_t len, const void *begin, size_t size)
{
	return memcmp(bytes, begin, len < size ? len : size) == 0;
}

/* An address that one host can have: not 0.0.0.0/8, multicast, broadcast. */
static bool
is_host(const struct stssl_address *a)
{
	static const uint8_t none[16];

	if (stssl_address_is_ipv4(a))
		return a->ip[12] != 0 && a->ip[12] < 224;
	return a->ip[0] != 0xff && memcmp(a->ip, none, sizeof none) != 0;
}

static enum proxy_fault
check_hosts(const struct proxy_header *h)
{
	return is_host(&h->source) && is_host(&h->destination) ? PROXY_NONE
							       : PROXY_ADDRESS;
}

/* Version 1 */

/* The next word, NUL-terminated, and *line behind it; NULL without one. */
static char *
next_word(char **line)
{
	char *word = *line, *blank;

	if (word == NULL)
		return NULL;
	blank = strchr(word, ' ');
	if (blank != NULL)
		*blank++ = '\0';
	*line = blank;
	return word;
}

static bool
parse_address(
    bool ipv6, const char *ip, const char *port, struct stssl_address *ret)
{
	char text[V1_MAX + 4];

	(void)snprintf(text, sizeof text, ipv6 ? "[%s]:%s" : "%s:%s", ip, port);
	/* In brackets it would be IPv6, whatever the family says. */
	return *ip != '[' && stssl_address_parse(text, ret) == 0;
}

/* "TCP4 192.0.2.1 192.0.2.2 40000 21" */
static enum proxy_fault
parse_line(char *line, struct proxy_header *ret)
{
	struct proxy_header h = { .is_own = false };
	const char *family = next_word(&line);
	const char *source = next_word(&line), *to = next_word(&line);
	const char *source_port = next_word(&line), *to_port = next_word(&line);
	bool ipv6 = strcmp(family, "TCP6") == 0;

	if (strcmp(family, "UNKNOWN") == 0) {
		*ret = (struct proxy_header){ .is_own = true };
		return PROXY_NONE;
	}
	if (!ipv6 && strcmp(family, "TCP4") != 0)
		return PROXY_FAMILY;
	if (to_port == NULL || line != NULL ||
	    !parse_address(ipv6, source, source_port, &h.source) ||
	    !parse_address(ipv6, to, to_port, &h.destination))
		return PROXY_FORMAT;
	*ret = h;
	return check_hosts(&h);
}

static enum proxy_fault
parse_v1(
    const uint8_t *bytes, size_t len, size_t *ret_len, struct proxy_header *ret)
{
	const size_t begin = strlen(V1_BEGIN);
	const uint8_t *end = memchr(bytes, '\n', len < V1_MAX ? len : V1_MAX);
	char line[V1_MAX + 1];
	size_t size;

	if (end == NULL)
		return len < V1_MAX ? PROXY_NONE : PROXY_LENGTH;
	size = (size_t)(end - bytes) + 1;
	if (size < begin + 2 || end[-1] != '\r' ||
	    memchr(bytes, '\0', size) != NULL)
		return PROXY_FORMAT;
	memcpy(line, bytes + begin, size - begin - 2);
	line[size - begin - 2] = '\0';
	*ret_len = size;
	return parse_line(line, ret);
}

/* Version 2 */

static unsigned
number16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

uint32_t
proxy_checksum(const uint8_t *bytes, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0x82f63b78 & -(crc & 1));
	}
	return ~crc;
}

/* The checksum at `at` is one of a header in which it is all zero. */
static bool
is_checksum_right(const uint8_t *bytes, size_t len, size_t at)
{
	uint8_t copy[PROXY_HEADER_MAX];
	uint32_t sum;

	memcpy(copy, bytes, len);
	memset(copy + at, 0, 4);
	sum = proxy_checksum(copy, len);
	return sum == ((uint32_t)number16(bytes + at) << 16 |
			  number16(bytes + at + 2));
}

/* What follows the addresses is passed over, but for the checksum. */
static enum proxy_fault
check_values(const uint8_t *bytes, size_t len, size_t at)
{
	while (at < len) {
		size_t size;

		if (len - at < PROXY_V2_TLV)
			return PROXY_FORMAT;
		size = number16(bytes + at + 1);
		if (len - at - PROXY_V2_TLV < size)
			return PROXY_FORMAT;
		if (bytes[at] == PROXY_V2_CRC32C && size != 4)
			return PROXY_FORMAT;
		at += PROXY_V2_TLV;
		if (bytes[at - PROXY_V2_TLV] == PROXY_V2_CRC32C &&
		    !is_checksum_right(bytes, len, at))
			return PROXY_CHECKSUM;
		at += size;
	}
	return PROXY_NONE;
}

/* `size` bytes of an address, with the port at `port`. */
static struct stssl_address
address_at(const uint8_t *ip, size_t size, const uint8_t *port)
{
	struct stssl_address a = { .port = (uint16_t)number16(port) };

	if (size < sizeof a.ip)
		return stssl_address_ipv4(ip, a.port);
	memcpy(a.ip, ip, sizeof a.ip);
	return a;
}

enum proxy_fault
proxy_v2_addresses(
    const uint8_t *bytes, size_t len, size_t *ret_end, struct proxy_header *ret)
{
	const uint8_t *at = bytes + PROXY_V2_HEAD;
	struct proxy_header h = { .is_own = false };
	size_t size, block;

	if (bytes[13] != PROXY_V2_TCP4 && bytes[13] != PROXY_V2_TCP6)
		return PROXY_FAMILY;
	size = bytes[13] == PROXY_V2_TCP4 ? 4 : 16;
	block = 2 * size + 4;
	if (len < PROXY_V2_HEAD + block)
		return PROXY_LENGTH;
	h.source = address_at(at, size, at + 2 * size);
	h.destination = address_at(at + size, size, at + 2 * size + 2);
	*ret_end = PROXY_V2_HEAD + block;
	*ret = h;
	return check_hosts(&h);
}

static enum proxy_fault
parse_proxied(const uint8_t *bytes, size_t len, struct proxy_header *ret)
{
	size_t end = len;
	enum proxy_fault fault = proxy_v2_addresses(bytes, len, &end, ret);

	return fault == PROXY_NONE ? check_values(bytes, len, end) : fault;
}

static enum proxy_fault
parse_v2(
    const uint8_t *bytes, size_t len, size_t *ret_len, struct proxy_header *ret)
{
	size_t size;

	if (len < PROXY_V2_HEAD)
		return PROXY_NONE;
	if (bytes[12] != PROXY_V2_LOCAL && bytes[12] != PROXY_V2_PROXY)
		return PROXY_VERSION;
	size = PROXY_V2_HEAD + number16(bytes + 14);
	if (size > PROXY_HEADER_MAX)
		return PROXY_LENGTH;
	if (len < size)
		return PROXY_NONE;
	*ret_len = size;
	if (bytes[12] == PROXY_V2_PROXY)
		return parse_proxied(bytes, size, ret);
	/* Whatever family it has, and whatever follows, does not count. */
	*ret = (struct proxy_header){ .is_own = true };
	return PROXY_NONE;
}

enum proxy_fault
proxy_parse(
    const uint8_t *bytes, size_t len, size_t *ret_len, struct proxy_header *ret)
{
	*ret_len = 0;
	if (may_begin(bytes, len, V1_BEGIN, strlen(V1_BEGIN)))
		return parse_v1(bytes, len, ret_len, ret);
	if (may_begin(bytes, len, PROXY_V2_SIGNATURE, PROXY_V2_SIGNATURE_LEN))
		return parse_v2(bytes, len, ret_len, ret);
	return PROXY_ABSENT;
}
