/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The codec of records.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "status/record.h"

#define V "STSSL_VERSION=1\0"
/* A string literal's own NUL ends the last string. */
#define BYTES(s) s, sizeof s

static const struct {
	const char *bytes;
	size_t len;
	int expect;
} packets[] = {
	{ BYTES("STSSL_VERSION=1"), 0 },
	{ BYTES(V "STSSL_ASK=query"), 0 },
	{ BYTES(V "STSSL_ASK="), 0 },
	{ BYTES(V "STSSL_ASK=a=b\nc"), 0 },
	{ BYTES(V "SSL_CLIENT_S_DN=x\0SSL_CLIENT_S_DN_CN=y"), 0 },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_0=a\0SSL_CLIENT_SAN_DNS_1=b"), 0 },
	/* short */
	{ "", 0, -EBADMSG },
	{ BYTES(""), -EBADMSG },
	{ "STSSL_VERSION=1", 15, -EBADMSG },
	{ V "STSSL_ASK=query", 30, -EBADMSG },
	{ BYTES("STSSL_VERSION"), -EBADMSG },
	/* version: not first, not ours, twice */
	{ BYTES("STSSL_ASK=query\0STSSL_VERSION=1"), -EBADMSG },
	{ BYTES("STSSL_VERSION=2"), -ESTALE },
	{ BYTES("STSSL_VERSION="), -ESTALE },
	{ BYTES("STSSL_VERSION=10\0what ever"), -ESTALE },
	{ "STSSL_VERSION=2\0x", 17, -ESTALE },
	{ BYTES(V V), -EBADMSG },
	/* empty strings */
	{ BYTES(V ""), -EBADMSG },
	{ BYTES(V "STSSL_ASK=query\0"), -EBADMSG },
	/* keys: unknown, without value, repeated, of the wrong form */
	{ BYTES(V "STSSL_NEWS=1"), -EBADMSG },
	{ BYTES(V "stssl_ask=query"), -EBADMSG },
	{ BYTES(V "STSSL_ASK"), -EBADMSG },
	{ BYTES(V "=query"), -EBADMSG },
	{ BYTES(V " STSSL_ASK=query"), -EBADMSG },
	{ BYTES(V "STSSL_ASK=query\0STSSL_ASK=query"), -EBADMSG },
	{ BYTES(V "STSSL_ASK_0=query"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS=a"), -EBADMSG },
	/* indexes: gap, backwards, repeated, not decimal */
	{ BYTES(V "SSL_CLIENT_SAN_DNS_1=a"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_0=a\0SSL_CLIENT_SAN_DNS_2=b"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_1=a\0SSL_CLIENT_SAN_DNS_0=b"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_0=a\0SSL_CLIENT_SAN_DNS_0=b"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_00=a"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_+0=a"), -EBADMSG },
	{ BYTES(V "SSL_CLIENT_SAN_DNS_=a"), -EBADMSG },
};

START_TEST(packet_is_taken_or_refused_whole)
{
	struct stssl_record r;
	/* An exact copy, so that ASan sees a read past the end. */
	char *copy = malloc(packets[_i].len > 0 ? packets[_i].len : 1);
	int expect = packets[_i].expect;

	memcpy(copy, packets[_i].bytes, packets[_i].len);
	stssl_record_init(&r);
	ck_assert_int_eq(
	    stssl_record_decode(copy, packets[_i].len, &r), expect);
	ck_assert_uint_eq(r.len, expect == 0 ? packets[_i].len : 0);
	if (expect == 0)
		ck_assert_mem_eq(r.text, packets[_i].bytes, packets[_i].len);
	else
		ck_assert_ptr_null(r.text);
	stssl_record_done(&r);
	free(copy);
}
END_TEST

START_TEST(every_proper_prefix_of_a_packet_that_cuts_a_string_is_refused)
{
	static const char bytes[] = V "STSSL_ASK=query\0"
				      "STSSL_CONNECTION_0=x";
	struct stssl_record r;

	for (size_t len = 0; len < sizeof bytes; len++) {
		int whole = len > 0 && bytes[len - 1] == '\0' ? 0 : -EBADMSG;

		stssl_record_init(&r);
		ck_assert_int_eq(stssl_record_decode(bytes, len, &r), whole);
		stssl_record_done(&r);
	}
}
END_TEST

START_TEST(version_comes_first_by_itself)
{
	struct stssl_record r;
	const char *at;

	stssl_record_init(&r);
	ck_assert_ptr_null(stssl_record_next(&r, NULL));
	ck_assert_ptr_null(stssl_record_get(&r, STSSL_KEY_STSSL_VERSION));
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_STSSL_VERSION, "2"), -EEXIST);
	ck_assert_int_eq(stssl_record_put(&r, STSSL_KEY_STSSL_ASK, "query"), 0);
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_STSSL_ASK, "list"), -EEXIST);
	at = stssl_record_next(&r, NULL);
	ck_assert_str_eq(at, "STSSL_VERSION=1");
	at = stssl_record_next(&r, at);
	ck_assert_str_eq(at, "STSSL_ASK=query");
	ck_assert_ptr_null(stssl_record_next(&r, at));
	stssl_record_done(&r);
	ck_assert_ptr_null(r.text);
}
END_TEST

START_TEST(numbered_keys_count_up_without_gaps)
{
	const enum stssl_key key = STSSL_KEY_SSL_CLIENT_SAN_DNS;
	struct stssl_record r;

	stssl_record_init(&r);
	ck_assert_int_eq(stssl_record_put_nth(&r, key, 1, "b"), -EINVAL);
	ck_assert_int_eq(stssl_record_put(&r, key, "a"), -EINVAL);
	ck_assert_int_eq(
	    stssl_record_put_nth(&r, STSSL_KEY_STSSL_ASK, 0, "a"), -EINVAL);
	for (unsigned n = 0; n < STSSL_INDEX_MAX; n++)
		ck_assert_int_eq(stssl_record_put_nth(&r, key, n, "a"), 0);
	ck_assert_int_eq(stssl_record_put_nth(&r, key, 0, "a"), -EEXIST);
	ck_assert_int_eq(
	    stssl_record_put_nth(&r, key, STSSL_INDEX_MAX, "a"), -EINVAL);
	ck_assert_str_eq(stssl_record_get_nth(&r, key, 255), "a");
	ck_assert_ptr_null(stssl_record_get_nth(&r, key, 256));
	ck_assert_ptr_null(stssl_record_get(&r, key));
	stssl_record_done(&r);
}
END_TEST

START_TEST(key_that_begins_like_another_is_another)
{
	struct stssl_record r;

	stssl_record_init(&r);
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_SSL_CLIENT_S_DN_CN, "cn"), 0);
	ck_assert_ptr_null(stssl_record_get(&r, STSSL_KEY_SSL_CLIENT_S_DN));
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_SSL_CLIENT_S_DN, "dn"), 0);
	ck_assert_str_eq(stssl_record_get(&r, STSSL_KEY_SSL_CLIENT_S_DN), "dn");
	ck_assert_str_eq(
	    stssl_record_get(&r, STSSL_KEY_SSL_CLIENT_S_DN_CN), "cn");
	stssl_record_done(&r);
}
END_TEST

START_TEST(record_grows_to_64_kib_and_no_further)
{
	const size_t head = sizeof "STSSL_VERSION=1" + strlen("STSSL_ASK=");
	char *value = malloc(STSSL_RECORD_MAX + 2);
	struct stssl_record r, copy;

	stssl_record_init(&r);
	stssl_record_init(&copy);
	memset(value, 'x', STSSL_RECORD_MAX + 1);
	value[STSSL_RECORD_MAX + 1] = '\0';
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_STSSL_ASK, value), -E2BIG);
	value[STSSL_RECORD_MAX - head] = '\0';
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_STSSL_ASK, value), -E2BIG);
	ck_assert_uint_eq(r.len, 0);
	value[STSSL_RECORD_MAX - head - 1] = '\0';
	ck_assert_int_eq(stssl_record_put(&r, STSSL_KEY_STSSL_ASK, value), 0);
	ck_assert_uint_eq(r.len, STSSL_RECORD_MAX);
	ck_assert_int_eq(
	    stssl_record_put(&r, STSSL_KEY_STSSL_RESULT, ""), -E2BIG);

	ck_assert_int_eq(stssl_record_decode(r.text, r.len, &copy), 0);
	ck_assert_str_eq(stssl_record_get(&copy, STSSL_KEY_STSSL_ASK), value);
	ck_assert_int_eq(
	    stssl_record_decode(r.text, STSSL_RECORD_MAX + 1, &r), -E2BIG);
	stssl_record_done(&copy);
	stssl_record_done(&r);
	free(value);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ packet_is_taken_or_refused_whole, ROWS(packets) },
		{ every_proper_prefix_of_a_packet_that_cuts_a_string_is_refused,
		    0 },
		{ version_comes_first_by_itself, 0 },
		{ numbered_keys_count_up_without_gaps, 0 },
		{ key_that_begins_like_another_is_another, 0 },
		{ record_grows_to_64_kib_and_no_further, 0 },
	};

	return test_main("record", cases, ROWS(cases));
}
