/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's tags: when they stand for our signature, and when it is
 * verified as if there were none.
 */
#include <config.h>
#include "tests/verifier-stage.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "helper/base/keytag.h"
#include "tests/test.h"

static unsigned verified;

int __real_gnutls_pubkey_verify_data2(gnutls_pubkey_t key,
    gnutls_sign_algorithm_t algorithm, unsigned flags,
    const gnutls_datum_t *data, const gnutls_datum_t *signature);
int __wrap_gnutls_pubkey_verify_data2(gnutls_pubkey_t key,
    gnutls_sign_algorithm_t algorithm, unsigned flags,
    const gnutls_datum_t *data, const gnutls_datum_t *signature);

int
__wrap_gnutls_pubkey_verify_data2(gnutls_pubkey_t key,
    gnutls_sign_algorithm_t algorithm, unsigned flags,
    const gnutls_datum_t *data, const gnutls_datum_t *signature)
{
	verified++;
	return __real_gnutls_pubkey_verify_data2(
	    key, algorithm, flags, data, signature);
}

/* What is found, and how many signatures were verified for it. */
static const char *
look(unsigned expect)
{
	const char *why;

	verified = 0;
	why = try();
	ck_assert_uint_eq(verified, expect);
	return why;
}

static const struct {
	making_edit server;
	const char *ours, *client;
} ways[] = {
	{ NULL, NULL, TLS_1_2 },
	{ NULL, NULL, TLS_1_3 },
	{ with_rsa, NULL, TLS_1_2 },
	{ with_rsa, NULL, TLS_1_3 },
	{ with_rsa, NULL,
	    TLS_1_2 ":-SIGN-ALL:+SIGN-RSA-SHA384"
		    ":+SIGN-ECDSA-SHA256" },
	{ with_p384, NULL, TLS_1_2 },
	{ with_p384, NULL, TLS_1_3 },
	{ with_ed25519, NULL, TLS_1_2 },
	{ with_ed25519, NULL, TLS_1_3 },
	{ with_ed448, NULL, TLS_1_2 },
	{ with_ed448, NULL, TLS_1_3 },
	{ NULL, "NORMAL", TLS_1_3 ":-CIPHER-ALL:+AES-128-GCM" },
	{ NULL, "NORMAL:-GROUP-ALL:+GROUP-X25519", TLS_1_3 ":" FIRST_SHARE },
	{ with_rsa, "NORMAL", TLS_1_2 ":-KX-ALL:+DHE-RSA" },
};

START_TEST(a_tag_stands_for_our_signature)
{
	open_play(ways[_i].server, NULL, ways[_i].ours);
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(ways[_i].client);
	TRUE(look(1));
	/* Any other, or none: the signature is verified. */
	for (size_t i = 0; i < KEY_TAG; i++) {
		play.handed.request.tag[i] ^= 1;
		TRUE(look(2));
		play.handed.request.tag[i] ^= 1;
	}
	memset(play.handed.request.tag, 0, KEY_TAG);
	TRUE(look(2));
	close_play();
}
END_TEST

/* Our signature is the end of its message, and that is so far from the last. */
static uint8_t *
our_signature(bool is_1_3, size_t *ret_size)
{
	return message_at(count_messages() - (is_1_3 ? 4 : 6), ret_size);
}

static struct handed_in other;

static void
a_signature_that_is_changed(bool is_1_3)
{
	size_t size;
	uint8_t *at = our_signature(is_1_3, &size);

	at[size - 1] ^= 1;
}

static void
the_signature_and_the_tag_of_another_handshake(bool is_1_3)
{
	static struct handed_in mine;
	static uint8_t bytes[PROOF_MAX];
	size_t size;
	const uint8_t *at;

	mine = play.handed;
	play.handed = other;
	at = our_signature(is_1_3, &size);
	memcpy(bytes, at, size);
	play.handed = mine;
	exchange(count_messages() - (is_1_3 ? 4 : 6), bytes, size);
	memcpy(play.handed.request.tag, other.request.tag, KEY_TAG);
}

static void
a_tag_of_another_handshake_and_no_signature(bool is_1_3)
{
	memcpy(play.handed.request.tag, other.request.tag, KEY_TAG);
	a_signature_that_is_changed(is_1_3);
}

static void
no_tag_and_no_signature(bool is_1_3)
{
	memset(play.handed.request.tag, 0, KEY_TAG);
	a_signature_that_is_changed(is_1_3);
}

static void
an_algorithm_that_was_not(bool is_1_3)
{
	size_t size;
	uint8_t *at = our_signature(is_1_3, &size), *end = at + size;

	/* From ECDSA with SHA-256 to that with SHA-384. */
	at = memmem(at, size, "\4\3\0", 3);
	ck_assert_ptr_nonnull(at);
	ck_assert_uint_eq(
	    (size_t)(end - at), 4U + (size_t)(at[2] << 8 | at[3]));
	at[0] = 5;
}

static void (*const lies[])(bool is_1_3) = {
	a_signature_that_is_changed,
	the_signature_and_the_tag_of_another_handshake,
	a_tag_of_another_handshake_and_no_signature,
	no_tag_and_no_signature,
	an_algorithm_that_was_not,
};

START_TEST(a_tag_is_for_one_signature)
{
	const bool is_1_3 = _i % 2 == 1;

	open_play(NULL, NULL, NULL);
	visit(versions[is_1_3]);
	other = play.handed;
	visit(versions[is_1_3]);
	TRUE(look(1));
	lies[_i / 2](is_1_3);
	ck_assert_str_eq(look(1), "a signature that does not verify");
	close_play();
}
END_TEST

/* Of a helper that ran before; or the monitor had no randomness. */
START_TEST(a_tag_of_another_secret_stands_for_nothing)
{
	open_play(NULL, NULL, NULL);
	visit(versions[_i % 2]);
	if (_i / 2 == 0)
		key_secret_make();
	else
		key_secret_forget();
	TRUE(look(2));
	a_signature_that_is_changed(_i % 2 == 1);
	ck_assert_str_eq(look(1), "a signature that does not verify");
	close_play();
}
END_TEST

START_TEST(a_keyholder_without_a_secret_signs_without_a_tag)
{
	static const uint8_t none[KEY_TAG];

	open_play_without_secret();
	visit(versions[_i]);
	ck_assert_mem_eq(play.handed.request.tag, none, KEY_TAG);
	key_secret_make();
	TRUE(look(2));
	close_play();
}
END_TEST

/* All that a tag says. */
static const uint8_t texts[] = "what was signed, and its signature";

static void
another_certificate(struct key_signed *s)
{
	s->name[KEY_NAME - 1] ^= 1;
}

static void
another_algorithm(struct key_signed *s)
{
	s->scheme++;
}

static void
other_bytes(struct key_signed *s)
{
	s->data = texts + 1;
}

static void
another_signature(struct key_signed *s)
{
	s->signature = texts;
}

/* The same bytes, divided at another place. */
static void
a_byte_from_one_to_the_other(struct key_signed *s)
{
	s->len++;
	s->signature_len--;
	s->signature = texts + s->len;
}

static void (*const changes[])(struct key_signed *s) = { another_certificate,
	another_algorithm, other_bytes, another_signature,
	a_byte_from_one_to_the_other };

START_TEST(a_tag_says_whose_key_has_signed_what_and_how)
{
	struct key_signed s = { .scheme = 0x0403,
		.len = 8,
		.signature_len = 16,
		.data = texts,
		.signature = texts + 8 };
	uint8_t tag[KEY_TAG];

	key_secret_make();
	ck_assert(key_tag_make(&s, tag));
	ck_assert(key_tag_is(&s, tag));
	changes[_i](&s);
	ck_assert(!key_tag_is(&s, tag));
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_tag_stands_for_our_signature, ROWS(ways) },
		{ a_tag_is_for_one_signature, 2 * ROWS(lies) },
		{ a_tag_of_another_secret_stands_for_nothing, 4 },
		{ a_keyholder_without_a_secret_signs_without_a_tag, 2 },
		{ a_tag_says_whose_key_has_signed_what_and_how, ROWS(changes) },
	};

	return test_main("verifier-tags", cases, ROWS(cases));
}
