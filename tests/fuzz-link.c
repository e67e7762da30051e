/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as what a link begins with.  The first says as what: a HELLO, a
 * route, or a header.  What is taken has one form, which is the one that is
 * written; it is complete with its last byte and not before; no name of a
 * certificate is in it.
 */
#include <config.h>
#include "helper/worker/link/header.h"

#include <stdlib.h>
#include <string.h>

#include "helper/worker/link/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* Exactly as long as it is, so that reading behind it is noticed. */
static uint8_t *
copy(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size == 0 ? 1 : size);

	must(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	return bytes;
}

static void
try_hello(const uint8_t *data)
{
	struct link_hello hello;
	uint8_t same[LINK_HELLO_BYTES];

	if (!link_hello_read(data, &hello))
		return;
	must(hello.session != 0);
	link_hello_write(&hello, same);
	must(memcmp(data, same, sizeof same) == 0);
}

static void
try_route(const uint8_t *data)
{
	uint8_t same[LINK_ROUTE_BYTES];
	uint64_t session;

	if (!link_route_read(data, &session))
		return;
	link_route_write(session, same);
	must(data[0] == LINK_ROUTE_FIRST &&
	     memcmp(data, same, sizeof same) == 0);
}

static void
check_record(const struct link_header *h)
{
	struct stssl_record r;

	if (h->record_len == 0) {
		must(h->proof_len == 0);
		return;
	}
	stssl_record_init(&r);
	must(link_record_put(h->record, h->record_len, &r) == 0);
	must(stssl_record_get(&r, STSSL_KEY_SSL_PROTOCOL) != NULL);
	for (const char *s = NULL; (s = stssl_record_next(&r, s)) != NULL;)
		must(strncmp(s, "SSL_CLIENT_", 11) != 0);
	stssl_record_done(&r);
}

/* Of its two addresses one may be an IPv4 address that is written as IPv6. */
static void
check_rewritten(const struct link_header *h, const uint8_t *data, size_t len)
{
	const bool is_plain = data[13] == 0x11 ||
			      !stssl_address_is_ipv4(&h->client) ||
			      !stssl_address_is_ipv4(&h->local);
	uint8_t *same;
	size_t same_len;

	if (link_header_write(h, &same, &same_len) < 0)
		return;
	must(!is_plain || (same_len == len && memcmp(same, data, len) == 0));
	free(same);
}

static void
try_header(const uint8_t *data, size_t size)
{
	struct link_header h = { .session = 0 }, same = h;
	uint8_t *bytes = copy(data, size);
	size_t len = 0, cut = 0;
	const char *fault = link_header_read(bytes, size, &len, &h);

	must(len <= size && len <= LINK_HEADER_MAX);
	if (fault == NULL && len > 0) {
		must(h.session != 0);
		check_record(&h);
		check_rewritten(&h, bytes, len);
		must(link_header_read(bytes, len - 1, &cut, &same) == NULL);
		must(cut == 0);
	} else {
		must(len == 0);
	}
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'h' && size > LINK_HELLO_BYTES)
		try_hello(data + 1);
	else if (data[0] == 'r' && size > LINK_ROUTE_BYTES)
		try_route(data + 1);
	else
		try_header(data + 1, size - 1);
	return 0;
}
