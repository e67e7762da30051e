/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What goes over a link before the bytes of a session: each has one form, and
 * every other is refused.
 */
#include <config.h>
#include "helper/worker/link/header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/worker/link/record.h"
#include "status/tools/address.h"
#include "tests/test.h"

#define SESSION 0x0102030405060708u
#define RECORD                                \
	"SSL_PROTOCOL=TLSv1.3\0"              \
	"SSL_CIPHER=TLS_AES_256_GCM_SHA384\0" \
	"SSL_TLS_SNI=ftp.example.org\0"       \
	"SSL_SESSION_RESUMED=Initial"

/* A change of a sound message: `len` bytes, or one when `bytes` is NULL. */
struct change {
	size_t at;
	const char *bytes;
	size_t len;
};
#define PUT(literal) literal, sizeof(literal) - 1

/* HELLO */

static const struct link_hello greeting = {
	.session = SESSION,
	.has_nonce = true,
	.nonce = "abcdefghijklmnopqrstuvw",
	.digest = { true, "0123456789012345678901234567890" },
};

START_TEST(a_hello_is_read_as_it_was_written)
{
	struct link_hello hello = greeting, same;
	uint8_t bytes[LINK_HELLO_BYTES];

	hello.has_nonce = (_i & 1) != 0;
	hello.digest.is_known = (_i & 2) != 0;
	link_hello_write(&hello, bytes);
	ck_assert(link_hello_read(bytes, &same));
	ck_assert_uint_eq(same.session, SESSION);
	ck_assert_int_eq(same.has_nonce, hello.has_nonce);
	ck_assert_int_eq(same.digest.is_known, hello.digest.is_known);
	if (hello.has_nonce)
		ck_assert_mem_eq(same.nonce, hello.nonce, PROOF_NONCE_BYTES);
	if (hello.digest.is_known)
		ck_assert_mem_eq(same.digest.bytes, hello.digest.bytes, 32);
}
END_TEST

static const struct change bad_hellos[] = {
	{ 0, PUT("s") },                    /* another signature */
	{ 7, PUT("T") },                    /* that of a route */
	{ 8, PUT("\0") },                   /* versions */
	{ 8, PUT("\2") }, { 9, PUT("\0") }, /* flags that deny what is there */
	{ 9, PUT("\1") }, { 9, PUT("\2") },
	{ 9, PUT("\7") },                      /* an unknown flag */
	{ 9, PUT("\x83") }, { 10, PUT("\1") }, /* what is always zero */
	{ 15, PUT("\1") }, { 16, PUT("\0\0\0\0\0\0\0\0") }, /* no session */
};

START_TEST(a_hello_of_another_form_is_none)
{
	const struct change *c = &bad_hellos[_i];
	uint8_t bytes[LINK_HELLO_BYTES];
	struct link_hello hello;

	link_hello_write(&greeting, bytes);
	memcpy(bytes + c->at, c->bytes, c->len);
	ck_assert(!link_hello_read(bytes, &hello));
}
END_TEST

START_TEST(a_route_names_a_session)
{
	uint8_t bytes[LINK_ROUTE_BYTES];
	uint64_t session = 0;

	link_route_write(SESSION, bytes);
	ck_assert_mem_eq(bytes, "STSSL-DT\1\2\3\4\5\6\7\10", sizeof bytes);
	ck_assert_uint_eq(bytes[0], LINK_ROUTE_FIRST);
	ck_assert(link_route_read(bytes, &session));
	ck_assert_uint_eq(session, SESSION);
	for (size_t i = 0; i < 8; i++) {
		bytes[i] ^= 0x20;
		ck_assert(!link_route_read(bytes, &session));
		bytes[i] ^= 0x20;
	}
}
END_TEST

/* Headers */

static struct stssl_address
address(const char *text)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_address_parse(text, &a), 0);
	return a;
}

static const struct {
	const char *client, *local;
	bool has_digest;
	size_t record_len, proof_len;
	int r; /* of writing */
} headers[] = {
	{ "192.0.2.1:40000", "192.0.2.2:21", true, sizeof RECORD, 7, 0 },
	{ "192.0.2.1:40000", "192.0.2.2:21", false, 0, 0, 0 },
	{ "[2001:db8::1]:1", "[2001:db8::2]:990", true, sizeof RECORD, 0, 0 },
	{ "192.0.2.1:40000", "[2001:db8::2]:21", true, 0, 0, 0 },
	{ "[2001:db8::1]:1", "[2001:db8::2]:990", true, sizeof RECORD, 64000,
	    0 },
	{ "[2001:db8::1]:1", "[2001:db8::2]:990", true, sizeof RECORD, 65536,
	    -E2BIG },
	{ "[2001:db8::1]:1", "[2001:db8::2]:990", true, LINK_RECORD_MAX + 1, 0,
	    -E2BIG },
};

/* RECORD, and whatever is behind it. */
static const char record[LINK_RECORD_MAX + 1] = RECORD;
static const uint8_t proof[PROOF_MAX] = "\1\0\0\3abc";

START_TEST(a_header_is_read_as_it_was_written)
{
	const struct link_header h = {
		.client = address(headers[_i].client),
		.local = address(headers[_i].local),
		.session = SESSION,
		.digest = { headers[_i].has_digest, { 1, 2, 3 } },
		.record = record,
		.record_len = headers[_i].record_len,
		.proof = proof,
		.proof_len = headers[_i].proof_len,
	};
	struct link_header same;
	char text[STSSL_ADDRESS_TEXT];
	uint8_t *bytes;
	size_t len, end;

	ck_assert_int_eq(link_header_write(&h, &bytes, &len), headers[_i].r);
	if (headers[_i].r < 0)
		return;
	ck_assert_ptr_null(link_header_read(bytes, len, &end, &same));
	ck_assert_uint_eq(end, len);
	ck_assert_str_eq(
	    stssl_address_format(&same.client, text), headers[_i].client);
	ck_assert_str_eq(
	    stssl_address_format(&same.local, text), headers[_i].local);
	ck_assert_uint_eq(same.session, SESSION);
	ck_assert_int_eq(same.digest.is_known, h.digest.is_known);
	if (h.digest.is_known)
		ck_assert_mem_eq(same.digest.bytes, h.digest.bytes, 32);
	ck_assert_uint_eq(same.record_len, h.record_len);
	if (h.record_len > 0)
		ck_assert_mem_eq(same.record, record, h.record_len);
	ck_assert_uint_eq(same.proof_len, h.proof_len);
	if (h.proof_len > 0)
		ck_assert_mem_eq(same.proof, proof, h.proof_len);
	/* Without its last byte it is not complete. */
	for (size_t cut = 0; cut < len && cut < 300; cut++) {
		ck_assert_ptr_null(link_header_read(bytes, cut, &end, &same));
		ck_assert_uint_eq(end, 0);
	}
	free(bytes);
}
END_TEST

/* In a header over IPv4 with everything, values begin at these. */
#define AT_LINK   (16 + 12)
#define AT_RECORD (AT_LINK + 3 + 42)
#define AT_PROOF  (AT_RECORD + 3 + sizeof RECORD)
#define PROOF_LEN 7
#define AT_END    (AT_PROOF + 3 + PROOF_LEN)

static const struct {
	struct change change;
	const char *fault;
} lies[] = {
	{ { 0, PUT("G") }, "no-header" },
	{ { 0, PUT("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n") }, "no-header" },
	{ { 0, PUT("\x16\x03\x01") }, "no-header" },
	{ { 11, PUT("\r") }, "no-header" },
	{ { 12, PUT("\x20") }, "command" }, /* LOCAL */
	{ { 12, PUT("\x11") }, "command" }, /* version 1 in binary */
	{ { 12, PUT("\x22") }, "command" },
	{ { 13, PUT("\x12") }, "family" }, /* UDP */
	{ { 13, PUT("\x31") }, "family" }, /* AF_UNIX */
	{ { 13, PUT("\0") }, "family" },
	{ { 14, PUT("\0\0") }, "length" },
	{ { 14, PUT("\0\13") }, "length" },
	{ { 14, PUT("\0\14") }, "no-link" },
	{ { 14, PUT("\0\15") }, "no-link" },
	{ { 16, PUT("\0") }, "address" },
	{ { 16, PUT("\xe0") }, "address" },
	{ { 20, PUT("\xff") }, "address" },
	/* the first value */
	{ { AT_LINK, PUT("\xe1") }, "no-link" },
	{ { AT_LINK, PUT("\xee") }, "no-link" },
	{ { AT_LINK, PUT("\x20") }, "no-link" },
	{ { AT_LINK + 1, PUT("\xff") }, "no-link" }, /* too long */
	{ { AT_LINK + 1, PUT("\0\0") }, "link-version" },
	{ { AT_LINK + 3, PUT("\0") }, "link-version" },
	{ { AT_LINK + 3, PUT("\2") }, "link-version" },
	{ { AT_LINK + 2, PUT("\51") }, "link-format" },
	{ { AT_LINK + 2, PUT("\53") }, "link-format" },
	{ { AT_LINK + 4, PUT("\0") }, "link-format" }, /* the digest is there */
	{ { AT_LINK + 4, PUT("\2") }, "link-format" },
	{ { AT_LINK + 4, PUT("\3") }, "link-format" },
	{ { AT_LINK + 5, PUT("\0\0\0\0\0\0\0\0") }, "session" },
	/* the record */
	{ { AT_RECORD, PUT("\xe3") }, "values" },
	{ { AT_RECORD, PUT("\xe2") }, "values" }, /* a proof without record */
	{ { AT_RECORD, PUT("\xe0") }, "values" }, /* twice */
	{ { AT_RECORD + 1, PUT("\xff\xff") }, "values" },
	{ { AT_RECORD + 1, PUT("\0\0") }, "record" },
	{ { AT_RECORD + 2, PUT("\1") }, "record" },
	{ { AT_RECORD + 3, PUT("X") }, "record" },
	{ { AT_PROOF - 1, PUT("!") }, "record" }, /* no NUL at its end */
	/* the proof */
	{ { AT_PROOF, PUT("\xe3") }, "values" },
	{ { AT_PROOF, PUT("\xe1") }, "values" }, /* a second record */
	{ { AT_PROOF + 1, PUT("\0\0") }, "proof" },
	{ { AT_PROOF + 1, PUT("\0\10") }, "values" }, /* more than there is */
	{ { AT_PROOF + 1, PUT("\0\6") }, "values" },  /* less than there is */
	{ { AT_PROOF - 8, PUT("Resumed") }, "proof" },
};

static size_t
write_header(uint8_t bytes[static 2048])
{
	const struct link_header h = {
		.client = address("192.0.2.1:40000"),
		.local = address("192.0.2.2:21"),
		.session = SESSION,
		.digest = { true, { 1 } },
		.record = record,
		.record_len = sizeof RECORD,
		.proof = proof,
		.proof_len = PROOF_LEN,
	};
	uint8_t *written;
	size_t len;

	ck_assert_int_eq(link_header_write(&h, &written, &len), 0);
	ck_assert_uint_eq(len, AT_END);
	memset(bytes, 0, 2048);
	memcpy(bytes, written, len);
	free(written);
	return len;
}

START_TEST(a_header_of_another_form_is_refused)
{
	const struct change *c = &lies[_i].change;
	struct link_header h;
	uint8_t bytes[2048];
	size_t len = write_header(bytes), end;
	const char *fault;

	memcpy(bytes + c->at, c->bytes, c->len);
	fault = link_header_read(bytes, len, &end, &h);
	ck_assert_ptr_nonnull(fault);
	ck_assert_str_eq(fault, lies[_i].fault);
	ck_assert_uint_eq(end, 0);
}
END_TEST

START_TEST(values_that_follow_are_refused)
{
	static const char *const more[] = { "\xe0\0\1", "\xe2\0\1x",
		"\xe1\0\1\0", "\3\0\4abcd", "\4\0\0", "\x20\0\5\1\0\0\0\0",
		"x" };
	static const size_t sizes[] = { 3, 4, 4, 7, 3, 8, 1 };
	struct link_header h;
	uint8_t bytes[2048];
	size_t len, end, payload;

	for (size_t i = 0; i < ROWS(more); i++) {
		len = write_header(bytes);
		memcpy(bytes + len, more[i], sizes[i]);
		len += sizes[i];
		payload = len - 16;
		bytes[14] = (uint8_t)(payload >> 8);
		bytes[15] = (uint8_t)payload;
		ck_assert_str_eq(
		    link_header_read(bytes, len, &end, &h), "values");
	}
}
END_TEST

START_TEST(what_follows_a_header_is_not_its)
{
	struct link_header h;
	uint8_t bytes[2048];
	size_t len = write_header(bytes), end;

	ck_assert_ptr_null(link_header_read(bytes, len + 100, &end, &h));
	ck_assert_uint_eq(end, len);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_hello_is_read_as_it_was_written, 4 },
		{ a_hello_of_another_form_is_none, ROWS(bad_hellos) },
		{ a_route_names_a_session, 0 },
		{ a_header_is_read_as_it_was_written, ROWS(headers) },
		{ a_header_of_another_form_is_refused, ROWS(lies) },
		{ values_that_follow_are_refused, 0 },
		{ what_follows_a_header_is_not_its, 0 },
	};

	return test_main("link", cases, ROWS(cases));
}
