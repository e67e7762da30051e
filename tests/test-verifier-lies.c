/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes as a worker hands them in that lies: each was true, and then
 * something of it was changed.
 */
#include <config.h>
#include "tests/verifier-stage.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "tests/test.h"

static struct handed_in other;

/* The message of the other handshake that is as far from its end. */
static void
take_from_other(size_t from_end)
{
	static struct handed_in mine;
	static uint8_t bytes[PROOF_MAX];
	size_t size;
	uint8_t *at;

	mine = play.handed;
	play.handed = other;
	at = message_at(count_messages() - from_end, &size);
	memcpy(bytes, at, size);
	play.handed = mine;
	exchange(count_messages() - from_end, bytes, size);
}

static void
no_signature(void)
{
	exchange(count_messages() - 1, NULL, 0);
}

static void
an_empty_signature(void)
{
	static const uint8_t empty[] = { 15, 0, 0, 4, 4, 3, 0, 0 };

	exchange(count_messages() - 1, empty, sizeof empty);
}

static void
the_signature_of_another_handshake(void)
{
	take_from_other(1);
}

static void
the_end_of_another_handshake(void)
{
	for (size_t from_end = 1; from_end <= 3; from_end++)
		take_from_other(from_end);
}

static bool is_1_3; /* the handshake that is changed */

static size_t
client_chain(void)
{
	return is_1_3 ? 2 : 3;
}

static void
a_chain_exchanged_after_the_signature(void)
{
	take_from_other(client_chain());
}

static void
a_chain_without_its_leaf(void)
{
	/* An empty list. */
	if (is_1_3)
		exchange(count_messages() - client_chain(),
		    (const uint8_t[]){ 11, 0, 0, 4, 0, 0, 0, 0 }, 8);
	else
		exchange(count_messages() - client_chain(),
		    (const uint8_t[]){ 11, 0, 0, 3, 0, 0, 0 }, 7);
}

static void
a_compressed_certificate(void)
{
	size_t size;

	*message_at(count_messages() - client_chain(), &size) = 25;
}

static void
a_key_that_would_burn_the_processor(void)
{
	struct made huge = make_leaf("alice", &play.stage.ca, with_a_huge_key);
	gnutls_datum_t der;
	uint8_t bytes[8192];
	size_t at = 4, len;

	OK(gnutls_x509_crt_export2(huge.cert, GNUTLS_X509_FMT_DER, &der));
	len = der.size + 3U + (is_1_3 ? 2U : 0U);
	if (is_1_3)
		bytes[at++] = 0;
	bytes[at++] = 0;
	bytes[at++] = (uint8_t)(len >> 8);
	bytes[at++] = (uint8_t)len;
	bytes[at++] = 0;
	bytes[at++] = (uint8_t)(der.size >> 8);
	bytes[at++] = (uint8_t)der.size;
	memcpy(bytes + at, der.data, der.size);
	at += der.size;
	if (is_1_3) {
		bytes[at++] = 0;
		bytes[at++] = 0;
	}
	bytes[0] = 11;
	bytes[1] = 0;
	bytes[2] = (uint8_t)((at - 4) >> 8);
	bytes[3] = (uint8_t)(at - 4);
	exchange(count_messages() - client_chain(), bytes, at);
	gnutls_free(der.data);
	unmake(&huge);
}

/* In ServerHello: its last extension or its suite. */
static void
another_version(void)
{
	size_t size;
	uint8_t *hello = message_at(1, &size), *at = NULL;
	static const uint8_t extension[] = { 0, 43, 0, 2, 3, 4 };
	uint8_t *suite = hello + 4 + 2 + 32 + 1 + hello[4 + 2 + 32];

	if (is_1_3) {
		at = memmem(hello, size, extension, sizeof extension);
		ck_assert_ptr_nonnull(at);
		at[5] = 3;
	} else {
		suite[0] = 0x13;
		suite[1] = 0x01;
	}
}

static void
a_retry_that_was_not(void)
{
	static const uint8_t retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
		0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
		0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e,
		0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	struct handed_in *h = &play.handed;
	static uint8_t both[PROOF_MAX];
	size_t hello, answer;

	(void)message_at(0, &hello);
	(void)message_at(1, &answer);
	memcpy(both, h->bytes, hello + answer);
	memcpy(both + hello + 4 + 2, retry, sizeof retry);
	memmove(h->bytes + hello + answer, h->bytes, h->request.len);
	memcpy(h->bytes, both, hello + answer);
	h->request.len += (uint32_t)(hello + answer);
}

static void
the_first_hello_twice(void)
{
	struct handed_in *h = &play.handed;
	size_t size;

	(void)message_at(0, &size);
	memmove(h->bytes + size, h->bytes, h->request.len);
	h->request.len += (uint32_t)size;
}

static void
something_behind_it(void)
{
	play.handed.bytes[play.handed.request.len++] = 0;
}

static void
a_message_more(void)
{
	size_t size;
	uint8_t *at = message_at(count_messages() - 1, &size);

	memcpy(at + size, at, size);
	play.handed.request.len += (uint32_t)size;
}

static void
another_nonce_of_ours(void)
{
	play.handed.request.nonce++;
}

static void
no_nonce_of_ours(void)
{
	play.handed.request.nonce = PROOF_NONCES;
}

static void
another_batch(void)
{
	play.handed.request.batch += 2;
}

static void
a_nonce_that_is_too_old(void)
{
	play.proof.nonces.kept[1].made -= 61 * 1000;
}

static const struct {
	void (*lie)(void);
	const char *why; /* how it begins */
} lies[] = {
	{ no_signature, "not the messages" },
	{ an_empty_signature, "a signature that does not verify" },
	{ the_signature_of_another_handshake, "a signature that" },
	{ the_end_of_another_handshake, "a signature that" },
	{ a_chain_exchanged_after_the_signature, "a signature that" },
	{ a_chain_without_its_leaf, "not the messages" },
	{ a_compressed_certificate, "not the messages" },
	{ a_key_that_would_burn_the_processor, "a key that is too large" },
	{ another_version, NULL },
	{ a_retry_that_was_not, NULL },
	{ the_first_hello_twice, "no ClientHello" },
	{ something_behind_it, "not the messages" },
	{ a_message_more, "not the messages" },
	{ another_nonce_of_ours, "a nonce" },
	{ no_nonce_of_ours, "a nonce" },
	{ another_batch, "a nonce" },
	{ a_nonce_that_is_too_old, "a nonce" },
};

static void
come_as(const struct made *who, const char *priority)
{
	struct stage *s = &play.stage;

	gnutls_certificate_free_credentials(s->credentials);
	s->credentials = credentials_of(who);
	visit(priority);
}

/* As an Edge hands it in, where lies about nonces are none. */
static void
make_foreign(void)
{
	play.handed.request.type = PROOF_FOREIGN;
	play.handed.request.batch = play.handed.request.nonce = 0;
}

static bool
is_about_nonces(size_t lie)
{
	return lies[lie].why != NULL && strcmp(lies[lie].why, "a nonce") == 0;
}

START_TEST(a_handshake_that_is_not_as_it_was_proves_nothing)
{
	const size_t lie = (size_t)_i / 4;
	struct made mallory;
	const char *why;

	is_1_3 = _i % 2 == 1;
	open_play(NULL, NULL, NULL);
	mallory = make_leaf("mallory", &play.stage.ca, NULL);
	come_as(&mallory, versions[is_1_3]);
	other = play.handed;
	come_as(&play.stage.alice, versions[is_1_3]);
	if (_i / 2 % 2 == 1 && !is_about_nonces(lie))
		make_foreign();
	TRUE(try());
	lies[lie].lie();
	why = judge();
	ck_assert_ptr_nonnull(why);
	if (lies[lie].why != NULL)
		ck_assert_msg(
		    strncmp(why, lies[lie].why, strlen(lies[lie].why)) == 0,
		    "%s", why);
	unmake(&mallory);
	close_play();
}
END_TEST

/* Also with a retry, whose first hello counts by its hash. */
static const char *const changed[] = { TLS_1_2, TLS_1_3,
	TLS_1_3 ":" FIRST_SHARE };

/* Whether or not the verifier knows the client from before. */
START_TEST(no_byte_of_a_handshake_can_be_changed)
{
	const size_t way = (size_t)_i / 2;

	open_play(
	    NULL, NULL, way == 2 ? "NORMAL:-GROUP-ALL:+GROUP-X25519" : NULL);
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(changed[way]);
	if (_i % 2 == 1)
		TRUE(try());
	for (uint32_t at = 0; at < play.handed.request.len; at++) {
		const uint8_t bit = (uint8_t)(1U << at % 8);

		play.handed.bytes[at] ^= bit;
		ck_assert_msg(try() != NULL, "byte %u", (unsigned)at);
		play.handed.bytes[at] ^= bit;
	}
	TRUE(judge());
	close_play();
}
END_TEST

START_TEST(a_handshake_without_its_end_proves_nothing)
{
	uint32_t whole;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	whole = play.handed.request.len;
	for (play.handed.request.len = 0; play.handed.request.len < whole;
	     play.handed.request.len++)
		ck_assert_ptr_nonnull(try());
	TRUE(judge());
	close_play();
}
END_TEST

/* The retry left out, or its hello in the form in which it is hashed. */
START_TEST(a_retry_is_shown_as_it_was)
{
	struct handed_in *h = &play.handed;
	uint8_t hashed[4 + 32] = { 254, 0, 0, 32 };
	size_t hello, retry;

	open_play(NULL, NULL, "NORMAL:-GROUP-ALL:+GROUP-X25519");
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(TLS_1_3 ":-CIPHER-ALL:+AES-128-GCM:" FIRST_SHARE);
	(void)message_at(0, &hello);
	(void)message_at(1, &retry);
	if (_i == 0) {
		h->request.len -= (uint32_t)(hello + retry);
		memmove(h->bytes, h->bytes + hello + retry, h->request.len);
	} else {
		OK(gnutls_hash_fast(
		    GNUTLS_DIG_SHA256, h->bytes, hello, hashed + 4));
		exchange(0, hashed, sizeof hashed);
	}
	ck_assert_ptr_nonnull(judge());
	close_play();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_handshake_that_is_not_as_it_was_proves_nothing,
		    4 * ROWS(lies) },
		{ no_byte_of_a_handshake_can_be_changed, 2 * ROWS(changed) },
		{ a_handshake_without_its_end_proves_nothing, 2 },
		{ a_retry_is_shown_as_it_was, 2 },
	};

	return test_main("verifier-lies", cases, ROWS(cases));
}
