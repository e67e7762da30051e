/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/proxy/writer.h"

#include <string.h>

#include "helper/worker/proxy/format.h"

void
proxy_put(struct proxy_writer *w, const void *bytes, size_t len)
{
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
}

static void
put16(struct proxy_writer *w, size_t number)
{
	const uint8_t two[] = { (uint8_t)(number >> 8), (uint8_t)number };

	proxy_put(w, two, sizeof two);
}

/* What was put since `begin` is as long as the two bytes before it say. */
void
proxy_end_value(const struct proxy_writer *w, size_t begin)
{
	struct proxy_writer at = { w->bytes, begin - 2 };

	put16(&at, w->len - begin);
}

size_t
proxy_begin_value(struct proxy_writer *w, uint8_t type)
{
	proxy_put(w, &type, 1);
	put16(w, 0);
	return w->len;
}

void
proxy_put_value(
    struct proxy_writer *w, uint8_t type, const void *bytes, size_t len)
{
	size_t begin = proxy_begin_value(w, type);

	proxy_put(w, bytes, len);
	proxy_end_value(w, begin);
}

void
proxy_put_head(struct proxy_writer *w, const struct stssl_address *source,
    const struct stssl_address *destination)
{
	const bool ipv4 =
	    stssl_address_is_ipv4(source) && stssl_address_is_ipv4(destination);
	const uint8_t head[] = { PROXY_V2_PROXY,
		ipv4 ? PROXY_V2_TCP4 : PROXY_V2_TCP6, 0, 0 };
	const size_t from = ipv4 ? STSSL_IPV4_BYTE : 0;
	const size_t size = sizeof source->ip - from;

	proxy_put(w, PROXY_V2_SIGNATURE, PROXY_V2_SIGNATURE_LEN);
	proxy_put(w, head, sizeof head);
	proxy_put(w, source->ip + from, size);
	proxy_put(w, destination->ip + from, size);
	put16(w, source->port);
	put16(w, destination->port);
}

void
proxy_end_head(const struct proxy_writer *w)
{
	proxy_end_value(w, PROXY_V2_HEAD);
}
