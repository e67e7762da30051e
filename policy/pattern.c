/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address patterns are parsed once, into masks or parts, so that a match is a
 * few comparisons of bytes.
 */
#include <config.h>
#include "policy/pattern.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"

#define HOST STSSL_LETTERS STSSL_DIGITS "-_."
/* Bits in front of an IPv4 address in struct stssl_address. */
#define MAPPED_BITS 96

/* A decimal number of at most three digits and at most `max`, else -1. */
static int
small_number(const char *text, int max)
{
	size_t len = strspn(text, STSSL_DIGITS);
	long n;

	if (len == 0 || len > 3 || text[len] != '\0')
		return -1;
	if (len > 1 && text[0] == '0')
		return -1;
	n = strtol(text, NULL, 10);
	return n <= max ? (int)n : -1;
}

static void
set_mask(uint8_t mask[16], int bits)
{
	memset(mask, 0, 16);
	memset(mask, 0xff, (size_t)bits / 8);
	if (bits % 8 != 0)
		mask[bits / 8] = (uint8_t)(0xff00 >> (bits % 8));
}

/* Keeps a pattern that has a mask, if the address is inside of it. */
static int
finish(struct stssl_pattern *p, const struct stssl_address *a,
    struct stssl_pattern *ret)
{
	struct stssl_pattern done = *p;

	for (int i = 0; i < 16; i++)
		if ((a->ip[i] & ~p->mask[i]) != 0)
			return -EDOM;
	memcpy(done.ip, a->ip, sizeof done.ip);
	/* ::/0 and the like do not mean IPv4, although they are wider. */
	done.ipv4 =
	    stssl_address_is_ipv4(a) && p->mask[MAPPED_BITS / 8 - 1] == 0xff;
	*ret = done;
	return 0;
}

static int
parse_single(const char *text, struct stssl_pattern *ret)
{
	struct stssl_pattern p = { 0 };
	struct stssl_address a;

	if (stssl_ip_parse(text, &a) < 0)
		return -EINVAL;
	set_mask(p.mask, 128);
	return finish(&p, &a, ret);
}

static int
parse_prefix(const char *ip, const char *bits, struct stssl_pattern *ret)
{
	bool ipv4 = strchr(ip, ':') == NULL;
	int n = small_number(bits, ipv4 ? 32 : 128);
	struct stssl_pattern p = { 0 };
	struct stssl_address a;

	if (stssl_ip_parse(ip, &a) < 0)
		return -EINVAL;
	if (n < 0)
		return -ERANGE;
	set_mask(p.mask, ipv4 ? MAPPED_BITS + n : n);
	return finish(&p, &a, ret);
}

/* Does a one follow a zero? */
static bool
has_hole(const uint8_t mask[16])
{
	bool zeros = false;

	for (int bit = 0; bit < 128; bit++) {
		bool one = (mask[bit / 8] & (0x80 >> (bit % 8))) != 0;

		if (one && zeros)
			return true;
		zeros = !one;
	}
	return false;
}

static int
parse_netmask(const char *ip, const char *mask, struct stssl_pattern *ret)
{
	struct stssl_pattern p = { 0 };
	struct stssl_address a, m;

	if (strchr(mask, ':') != NULL || stssl_ip_parse(ip, &a) < 0 ||
	    stssl_ip_parse(mask, &m) < 0)
		return -EINVAL;
	set_mask(p.mask, MAPPED_BITS);
	memcpy(p.mask + MAPPED_BITS / 8, m.ip + MAPPED_BITS / 8, 4);
	if (has_hole(p.mask))
		return -EILSEQ;
	return finish(&p, &a, ret);
}

/* One part of "10.1.2.*", which must match some number. */
static int
parse_part(const char *text, size_t len, char ret[STSSL_PART_MAX + 1])
{
	if (len == 0 || len > STSSL_PART_MAX)
		return -EINVAL;
	memcpy(ret, text, len);
	ret[len] = '\0';
	if (strpbrk(ret, "*?") == NULL)
		return small_number(ret, 255) < 0 ? -EINVAL : 0;
	for (unsigned n = 0; n < 256; n++)
		if (stssl_pattern_part_has(ret, n))
			return 0;
	return -EINVAL;
}

static int
parse_parts(const char *text, struct stssl_pattern *ret)
{
	struct stssl_pattern p = { .by_part = true, .ipv4 = true };

	for (int i = 0; i < 4; i++) {
		size_t len = strspn(text, STSSL_DIGITS "*?");

		if (parse_part(text, len, p.parts[i]) < 0 ||
		    text[len] != (i < 3 ? '.' : '\0'))
			return -EINVAL;
		text += len + 1;
	}
	*ret = p;
	return 0;
}

/* A host name with wildcards, and no address with them? */
static bool
means_name(const char *text)
{
	return strchr(text, ':') == NULL &&
	       text[strspn(text, STSSL_DIGITS ".*?/")] != '\0';
}

/* All labels of letters, digits, - and _, with * and ? but in the last. */
static int
parse_host(const char *text, struct stssl_pattern *ret)
{
	const char *last = strrchr(text, '.');
	size_t len = strlen(text);

	if (len > STSSL_HOST_MAX || text[strspn(text, HOST "*?")] != '\0')
		return -EINVAL;
	if (text[0] == '.' || text[len - 1] == '.' ||
	    strstr(text, "..") != NULL)
		return -EINVAL;
	if (strpbrk(last == NULL ? text : last, "*?") != NULL)
		return -ENOTUNIQ;
	*ret = (struct stssl_pattern){ .host = text };
	return 0;
}

int
stssl_pattern_parse(const char *text, struct stssl_pattern *ret)
{
	char copy[STSSL_ADDRESS_TEXT];
	size_t len = strlen(text);
	char *slash, *colon;

	if (means_name(text))
		return parse_host(text, ret);
	if (len >= sizeof copy)
		return -EINVAL;
	memcpy(copy, text, len + 1);

	slash = strchr(copy, '/');
	if (slash != NULL) {
		*slash = '\0';
		return parse_prefix(copy, slash + 1, ret);
	}
	if (strpbrk(copy, "*?") != NULL)
		return parse_parts(copy, ret);
	/* In IPv6, a dot comes behind the colons only. */
	colon = strchr(copy, ':');
	if (colon != NULL &&
	    memchr(copy, '.', (size_t)(colon - copy)) != NULL) {
		*colon = '\0';
		return parse_netmask(copy, colon + 1, ret);
	}
	return parse_single(copy, ret);
}

const char *
stssl_pattern_error(int r)
{
	switch (r) {
	case -ENOTUNIQ:
		return "a host name must not end with * or ?";
	case -ERANGE:
		return "the prefix length is out of range";
	case -EDOM:
		return "the address has bits outside of its mask";
	case -EILSEQ:
		return "the netmask has a hole";
	default:
		return "not an address, a network, a pattern like 10.1.2.* or "
		       "a host name";
	}
}

static bool
matches(const char *glob, const char *text)
{
	for (; *glob != '\0' && *glob != '*'; glob++, text++)
		if (*text == '\0' || (*glob != '?' && *glob != *text))
			return false;
	if (*glob == '\0')
		return *text == '\0';
	while (!matches(glob + 1, text))
		if (*text++ == '\0')
			return false;
	return true;
}

bool
stssl_pattern_part_has(const char *part, unsigned number)
{
	char text[STSSL_PART_MAX + 1] = "", *digit = text + STSSL_PART_MAX;

	do
		*--digit = (char)('0' + number % 10);
	while ((number /= 10) != 0 && digit > text);
	return matches(part, digit);
}

bool
stssl_pattern_has(const struct stssl_pattern *p, const struct stssl_address *a)
{
	if (p->host != NULL || stssl_address_is_ipv4(a) != p->ipv4)
		return false;
	for (int i = 0; p->by_part && i < 4; i++) {
		if (!stssl_pattern_part_has(
			p->parts[i], a->ip[MAPPED_BITS / 8 + i]))
			return false;
	}
	for (int i = 0; !p->by_part && i < 16; i++)
		if (((a->ip[i] ^ p->ip[i]) & p->mask[i]) != 0)
			return false;
	return true;
}

bool
stssl_pattern_has_host(const struct stssl_pattern *p, const char *name)
{
	char pattern[STSSL_HOST_MAX + 1];

	if (p->host == NULL)
		return false;
	(void)snprintf(pattern, sizeof pattern, "%s", p->host);
	stssl_lower_text(pattern);
	return fnmatch(pattern, name, 0) == 0;
}
