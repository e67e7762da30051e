/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receivers differ in what they look at: Dovecot 2.3 takes a name for proven,
 * whatever is said of its verification.  So there is a name only where there is
 * a good chain.
 */
#include <config.h>
#include "helper/worker/proxy/announce.h"

#include <string.h>

#include "helper/worker/proxy/format.h"

#define TEXT_MAX 128

_Static_assert(PROXY_V2_HEAD + 36 + 4 * PROXY_V2_TLV + 5 + 3 * TEXT_MAX <=
		   PROXY_ANNOUNCE_MAX,
    "all values fit");

struct out {
	uint8_t *bytes;
	size_t len;
};

static void
put(struct out *out, const void *bytes, size_t len)
{
	memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

static void
put16(struct out *out, size_t number)
{
	const uint8_t two[] = { (uint8_t)(number >> 8), (uint8_t)number };

	put(out, two, sizeof two);
}

/* What was put since `start` is as long as the two bytes before it say. */
static void
set_length(const struct out *out, size_t start)
{
	struct out at = { out->bytes, start - 2 };

	put16(&at, out->len - start);
}

/* The beginning of a value whose length comes later; returns where it is. */
static size_t
begin_value(struct out *out, uint8_t type)
{
	put(out, &type, 1);
	put16(out, 0);
	return out->len;
}

static void
put_text(struct out *out, uint8_t type, const char *text)
{
	size_t start;

	if (text == NULL || strlen(text) > TEXT_MAX)
		return;
	start = begin_value(out, type);
	put(out, text, strlen(text));
	set_length(out, start);
}

static void
put_tls(struct out *out, const struct proxy_announcement *a)
{
	const bool is_verified = a->has_certificate && a->is_verified;
	const uint8_t verify[4] = { 0, 0, 0, is_verified ? 0 : 1 };
	size_t start = begin_value(out, PROXY_V2_SSL);
	uint8_t client = PROXY_V2_CLIENT_SSL;

	if (a->has_certificate)
		client |= PROXY_V2_CLIENT_SESSION;
	if (a->has_certificate && !a->is_resumed)
		client |= PROXY_V2_CLIENT_CONNECTION;
	put(out, &client, 1);
	put(out, verify, sizeof verify);
	put_text(out, PROXY_V2_SSL_VERSION, a->version);
	put_text(out, PROXY_V2_SSL_CIPHER, a->cipher);
	if (is_verified)
		put_text(out, PROXY_V2_SSL_CN, a->name);
	set_length(out, start);
}

/* Two of one family are as that family has them, others both as IPv6. */
static void
put_addresses(struct out *out, const struct proxy_announcement *a)
{
	const bool ipv4 = stssl_address_is_ipv4(a->source) &&
			  stssl_address_is_ipv4(a->destination);
	const size_t from = ipv4 ? 12 : 0, size = sizeof a->source->ip - from;

	put(out, a->source->ip + from, size);
	put(out, a->destination->ip + from, size);
	put16(out, a->source->port);
	put16(out, a->destination->port);
	out->bytes[13] = ipv4 ? PROXY_V2_TCP4 : PROXY_V2_TCP6;
}

size_t
proxy_announce(
    const struct proxy_announcement *a, uint8_t ret[static PROXY_ANNOUNCE_MAX])
{
	static const uint8_t head[] = { PROXY_V2_PROXY, 0, 0, 0 };
	struct out out = { ret, 0 };
	size_t start;

	put(&out, PROXY_V2_SIGNATURE, PROXY_V2_SIGNATURE_LEN);
	put(&out, head, sizeof head);
	start = out.len;
	put_addresses(&out, a);
	if (a->version != NULL)
		put_tls(&out, a);
	set_length(&out, start);
	return out.len;
}
