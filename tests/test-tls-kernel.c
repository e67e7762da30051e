/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel gets of a connection: keys, and with TLS 1.3 what the next
 * ones are made of.  What is made of that is compared with the example of RFC
 * 8448 section 3, for what that has not with what Python's hmac makes, and with
 * what GnuTLS's client does.
 */
#include <config.h>
#include "helper/worker/tls/tls_kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "helper/worker/tls/keyupdate.h"
#include "helper/worker/tls/ktls.h"
#include "tests/test.h"
#include "tests/tls-stage.h"

static size_t
from_hex(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;
	unsigned byte;

	for (; len < size && sscanf(hex + 2 * len, "%2x", &byte) == 1; len++)
		out[len] = (uint8_t)byte;
	return len;
}

#define SECRET \
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"

#define NEXT "fcdfcc72725aaee48bf64e4fd8b749cdbdbab39d90da0b26e2245ca6ea167207"

static const struct {
	const char *secret;
	size_t key_len;
	const char *key, *iv, *next;
} schedules[] = {
	/* RFC 8448, "derive write traffic keys for application data" */
	{ SECRET, 16, "17422dda596ed5d9acd890e3c63f5051",
	    "5b78923dee08579033e523d9", NEXT },
	{ NEXT, 16, "3879d82f5f14056e623f2ce5bfc66fce",
	    "5dfb2c5938c3379b6cc5d1f2", NULL },
	{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	  "202122232425262728292a2b2c2d2e2f",
	    32,
	    "6877d022f1c61d24ebb7487c16752d9a4798e40431c75b39320e537c90e23225",
	    "42822531a0fe88648fc09e9f",
	    "401331b63e9d59f202e8f041042d9516f4cd7fa2e2ee14631d3b49fc340d7af3"
	    "7fc2c0c9f252d8036f81ec5b85cbe5db" },
	{ "401331b63e9d59f202e8f041042d9516f4cd7fa2e2ee14631d3b49fc340d7af3"
	  "7fc2c0c9f252d8036f81ec5b85cbe5db",
	    32,
	    "eb354f3b48924ed78de34dd8aa6a6a0a51d857ddad1454d5cfa7b69f60712911",
	    "8478ffbe4f2e5450789775b3", NULL },
};

static struct traffic_secret
secret_of(const char *hex)
{
	struct traffic_secret secret = { 0 };

	secret.len = from_hex(hex, secret.bytes, sizeof secret.bytes);
	return secret;
}

static void
is_hex(const uint8_t *bytes, size_t len, const char *hex)
{
	uint8_t expected[64];

	ck_assert_uint_eq(from_hex(hex, expected, sizeof expected), len);
	ck_assert_mem_eq(bytes, expected, len);
}

START_TEST(a_secret_makes_keys_and_the_next_secret)
{
	struct traffic_secret secret = secret_of(schedules[_i].secret);
	struct ktls_keys keys = { 0 };
	uint8_t iv[12];

	ck_assert_int_eq(
	    keyupdate_keys(&secret, schedules[_i].key_len, &keys), 0);
	ck_assert(keys.is_tls13);
	ck_assert_uint_eq(keys.key_len, schedules[_i].key_len);
	is_hex(keys.key, keys.key_len, schedules[_i].key);
	memcpy(iv, keys.salt, sizeof keys.salt);
	memcpy(iv + sizeof keys.salt, keys.nonce, sizeof keys.nonce);
	is_hex(iv, sizeof iv, schedules[_i].iv);
	is_hex(keys.sequence, sizeof keys.sequence, "0000000000000000");
	if (schedules[_i].next == NULL)
		return;
	ck_assert_int_eq(keyupdate_next(&secret), 0);
	is_hex(secret.bytes, secret.len, schedules[_i].next);
}
END_TEST

START_TEST(another_hash_makes_nothing)
{
	const struct ktls_keys none = { 0 };
	struct traffic_secret secret = secret_of(SECRET);
	struct ktls_keys keys = none;

	ck_assert_int_eq(keyupdate_keys(&secret, 33, &keys), -ENOTSUP);
	secret.len = 20;
	ck_assert_int_eq(keyupdate_keys(&secret, 16, &keys), -ENOTSUP);
	ck_assert_mem_eq(&keys, &none, sizeof keys);
	ck_assert_int_eq(keyupdate_next(&secret), -ENOTSUP);
	secret.len = 32;
	is_hex(secret.bytes, secret.len, SECRET);
}
END_TEST

/* Connections */

#define TLS_1_(n)    "NORMAL:-VERS-ALL:+VERS-TLS1." n
#define CIPHER(name) ":-CIPHER-ALL:+" name

static const struct {
	const char *priority;
	bool keeps, sends, is_tls13;
	int result;
	size_t key_len, secret_len;
} sessions[] = {
	{ TLS_1_("3") CIPHER("AES-128-GCM"), true, false, true, 0, 16, 32 },
	{ TLS_1_("3") CIPHER("AES-256-GCM"), true, false, true, 0, 32, 48 },
	{ TLS_1_("2") CIPHER("AES-128-GCM"), true, false, false, 0, 16, 0 },
	{ TLS_1_("2") CIPHER("AES-256-GCM"), true, false, false, 0, 32, 0 },
	{ TLS_1_("3") CIPHER("CHACHA20-POLY1305"), true, false, true, -ENOTSUP,
	    0, 0 },
	{ TLS_1_("3") CIPHER("AES-128-GCM"), false, false, true, -ENOTSUP, 0,
	    0 },
	/* Half of what the client has sent is read. */
	{ TLS_1_("3") CIPHER("AES-128-GCM"), true, true, true, -EBUSY, 0, 0 },
};

/* The keys of the client's next record, as the client has them. */
static void
are_the_clients(gnutls_session_t client, const struct ktls_keys *keys)
{
	gnutls_datum_t iv, key, mac;
	unsigned char sequence[8];

	OK(gnutls_record_get_state(client, 0, &mac, &iv, &key, sequence));
	ck_assert_uint_eq(key.size, keys->key_len);
	ck_assert_mem_eq(key.data, keys->key, key.size);
	ck_assert_mem_eq(iv.data, keys->salt, sizeof keys->salt);
	ck_assert_mem_eq(sequence, keys->sequence, sizeof sequence);
	if (keys->is_tls13)
		ck_assert_mem_eq(iv.data + sizeof keys->salt, keys->nonce,
		    sizeof keys->nonce);
}

START_TEST(a_connection_hands_over_its_keys_once)
{
	struct ktls_keys keys = { 0 };
	struct traffic_secret secret = { 0 };
	struct tls_context *context;
	struct meeting m;
	struct stage s;
	char byte;
	size_t n;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet_begin(&m, &s, context, TLS_DATA, sessions[_i].priority);
	if (sessions[_i].keeps)
		tls_keep_secret(m.tls);
	shake_hands(&m);
	if (sessions[_i].sends) {
		OK(gnutls_record_send(m.client, "two", 3));
		ck_assert_int_eq(tls_read(m.tls, &byte, 1, &n), TLS_DONE);
	}
	ck_assert(tls_keeps_secret(m.tls) == sessions[_i].keeps);
	ck_assert_int_eq(
	    tls_receiving_keys(m.tls, &keys, &secret), sessions[_i].result);
	ck_assert_uint_eq(keys.key_len, sessions[_i].key_len);
	ck_assert_uint_eq(secret.len, sessions[_i].secret_len);
	if (sessions[_i].result == 0)
		are_the_clients(m.client, &keys);
	ck_assert(!tls_keeps_secret(m.tls));
	ck_assert_int_lt(tls_receiving_keys(m.tls, &keys, &secret), 0);
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

START_TEST(keys_change_as_the_clients_do)
{
	struct ktls_keys keys = { 0 };
	struct traffic_secret secret = { 0 };
	struct tls_context *context;
	struct meeting m;
	struct stage s;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet_begin(&m, &s, context, TLS_DATA, sessions[_i].priority);
	tls_keep_secret(m.tls);
	shake_hands(&m);
	ck_assert_int_eq(tls_receiving_keys(m.tls, &keys, &secret), 0);
	for (int i = 0; i < 3; i++) {
		OK(gnutls_session_key_update(m.client, 0));
		ck_assert_int_eq(keyupdate_next(&secret), 0);
		ck_assert_int_eq(
		    keyupdate_keys(&secret, keys.key_len, &keys), 0);
		are_the_clients(m.client, &keys);
	}
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_secret_makes_keys_and_the_next_secret, ROWS(schedules) },
		{ another_hash_makes_nothing, 0 },
		{ a_connection_hands_over_its_keys_once, ROWS(sessions) },
		{ keys_change_as_the_clients_do, 2 },
	};

	return test_main("tls-kernel", cases, ROWS(cases));
}
