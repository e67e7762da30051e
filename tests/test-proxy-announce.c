/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a backend is told of its client by PROXY: nothing that is not so.
 */
#include <config.h>
#include "helper/worker/proxy/announce.h"

#include <string.h>

#include "helper/worker/proxy/header.h"
#include "status/tools/address.h"
#include "tests/test.h"

static struct stssl_address
address(const char *text)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_address_parse(text, &a), 0);
	return a;
}

/* The value of this type among *len bytes, and *len becomes its; or NULL. */
static const uint8_t *
value_of(const uint8_t *at, size_t *len, uint8_t type)
{
	size_t left = *len, size;

	for (; left > 0; at += size + 3, left -= size + 3) {
		ck_assert_uint_ge(left, 3);
		size = (size_t)at[1] << 8 | at[2];
		ck_assert_uint_ge(left - 3, size);
		if (at[0] != type)
			continue;
		*len = size;
		return at + 3;
	}
	return NULL;
}

static const struct {
	const char *source, *destination;
	size_t len;
} pairs[] = {
	{ "192.0.2.1:40000", "192.0.2.2:21", 16 + 12 },
	{ "[2001:db8::1]:1", "[2001:db8::2]:65535", 16 + 36 },
	{ "192.0.2.1:0", "[2001:db8::2]:21", 16 + 36 },
	{ "[2001:db8::1]:40000", "192.0.2.2:21", 16 + 36 },
};

START_TEST(what_is_written_is_what_is_read)
{
	const struct stssl_address source = address(pairs[_i].source),
				   destination = address(pairs[_i].destination);
	const struct proxy_announcement a = { .source = &source,
		.destination = &destination };
	uint8_t bytes[PROXY_ANNOUNCE_MAX];
	size_t len = proxy_announce(&a, bytes), read;
	char text[STSSL_ADDRESS_TEXT];
	struct proxy_header h;

	/* In clear it says nothing of TLS. */
	ck_assert_uint_eq(len, pairs[_i].len);
	ck_assert_int_eq(proxy_parse(bytes, len, &read, &h), PROXY_NONE);
	ck_assert_uint_eq(read, len);
	ck_assert(!h.is_own);
	ck_assert_str_eq(
	    stssl_address_format(&h.source, text), pairs[_i].source);
	ck_assert_str_eq(
	    stssl_address_format(&h.destination, text), pairs[_i].destination);
}
END_TEST

#define LONG                                                               \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	bool has_certificate, is_resumed, is_verified;
	const char *name;
	uint8_t client;
	bool verifies;
	const char *said; /* NULL: no name */
} certificates[] = {
	{ false, false, false, NULL, 1, false, NULL },
	{ true, false, true, "alice", 7, true, "alice" },
	{ true, true, true, "alice", 5, true, "alice" },
	{ true, false, true, NULL, 7, true, NULL },
	{ true, false, true, LONG, 7, true, LONG },
	{ true, false, true, LONG "x", 7, true, NULL },
	/* never a name that is not proven */
	{ true, false, false, "alice", 7, false, NULL },
	{ true, true, false, "alice", 5, false, NULL },
	{ false, false, true, "alice", 1, false, NULL },
	{ false, true, false, "alice", 1, false, NULL },
};

START_TEST(a_name_is_said_only_where_the_chain_is_good)
{
	const struct stssl_address source = address("[2001:db8::1]:1");
	const struct proxy_announcement a = { .source = &source,
		.destination = &source,
		.version = "TLSv1.3",
		.cipher = LONG,
		.has_certificate = certificates[_i].has_certificate,
		.is_resumed = certificates[_i].is_resumed,
		.is_verified = certificates[_i].is_verified,
		.name = certificates[_i].name };
	uint8_t bytes[PROXY_ANNOUNCE_MAX];
	size_t all = proxy_announce(&a, bytes), len = all - 16 - 36, inside;
	const uint8_t *tls = value_of(bytes + 16 + 36, &len, 0x20), *value;
	struct proxy_header h;

	ck_assert_uint_le(all, PROXY_ANNOUNCE_MAX);
	ck_assert_int_eq(proxy_parse(bytes, all, &inside, &h), PROXY_NONE);
	ck_assert_ptr_nonnull(tls);
	ck_assert_uint_eq(tls[0], certificates[_i].client);
	ck_assert_mem_eq(tls + 1, "\0\0\0", 3);
	ck_assert_uint_eq(tls[4], !certificates[_i].verifies);
	inside = len - 5;
	value = value_of(tls + 5, &inside, 0x21);
	ck_assert_uint_eq(inside, 7);
	ck_assert_mem_eq(value, "TLSv1.3", 7);
	inside = len - 5;
	value = value_of(tls + 5, &inside, 0x23);
	ck_assert_ptr_nonnull(value);
	ck_assert_uint_eq(inside, 128);
	inside = len - 5;
	value = value_of(tls + 5, &inside, 0x22);
	ck_assert_int_eq(value != NULL, certificates[_i].said != NULL);
	if (value != NULL) {
		ck_assert_uint_eq(inside, strlen(certificates[_i].said));
		ck_assert_mem_eq(value, certificates[_i].said, inside);
	}
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ what_is_written_is_what_is_read, ROWS(pairs) },
		{ a_name_is_said_only_where_the_chain_is_good,
		    ROWS(certificates) },
	};

	return test_main("proxy-announce", cases, ROWS(cases));
}
